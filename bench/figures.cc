#include "figures.h"

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "waypoint/job.pb.h"
#include "waypoint/project.pb.h"

namespace waypoint::bench {
namespace {

namespace pb = ::hashicorp::waypoint;

grpc::ByteBuffer RequestFor(const std::string& method) {
  if (method != "GetProject") return Pack(pb::QueueJobRequest());
  pb::GetProjectRequest request;
  request.mutable_project()->set_project("bench");
  return Pack(request);
}

}  // namespace

void Print(const std::string& name, double value, const char* unit) {
  std::printf("%s %.1f %s\n", name.c_str(), value, unit);
  std::fflush(stdout);
}

void Span::Print(const std::string& name, double operations, const char* unit) const {
  const double spent = std::chrono::duration<double>(Clock::now() - begun_).count();
  bench::Print(name, operations / spent, unit);
  if (operations > 0) bench::Print(name + "_cpu", (CpuMicroseconds(pid_) - cpu_) / operations, "us");
}

void MakeProject(const Target& target) {
  LoadClient client(target.address, target.token, 1);
  bool made = false;
  pb::UpsertProjectRequest project;
  project.mutable_project()->set_name("bench");
  pb::UpsertApplicationRequest application;
  application.mutable_project()->set_project("bench");
  application.set_name("bench");
  UnaryCall::Start(client, 0, "UpsertProject", Pack(project), [&](const grpc::Status&, grpc::ByteBuffer&) {
    UnaryCall::Start(client, 0, "UpsertApplication", Pack(application),
                     [&](const grpc::Status&, grpc::ByteBuffer&) { made = true; });
  });
  client.Poll(In(10), [&] { return made; });
}

void MeasureUnary(const Target& target, const std::string& name, const std::string& method, int callers) {
  LoadClient client(target.address, target.token, std::min(callers, 8));
  int open = 0, answered = 0;
  const grpc::ByteBuffer request = RequestFor(method);
  std::function<void(int)> next = [&](int caller) {
    if (client.stopping()) return;
    ++open;
    UnaryCall::Start(client, caller, method, request, [&, caller](const grpc::Status& status, grpc::ByteBuffer&) {
      --open;
      answered += status.ok();
      next(caller);
    });
  };
  const Span span(target);
  for (int i = 0; i < callers; ++i) next(i);
  client.Poll(In(target.seconds));
  span.Print(name, answered, "calls/s");
  client.Stop();
  client.Poll(In(10), [&] { return open == 0; });
}

}  // namespace waypoint::bench
