// Drives a server over TLS as its clients would, and prints one "name value unit" line a figure.
//
// Usage: load PORT SECONDS PID [TOKEN]
//   PID is the server's, for its memory. bench/server_load starts servers and sets the figures side by side.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "load_client.h"
#include "waypoint/job.pb.h"
#include "waypoint/project.pb.h"
#include "waypoint/runner.pb.h"

namespace waypoint::bench {
namespace {

namespace pb = ::hashicorp::waypoint;
using std::chrono::duration;

struct Target {
  std::string address, token;
  int pid = 0;
  double seconds = 2;
};

void Print(const std::string& name, double value, const char* unit) {
  std::printf("%s %.1f %s\n", name.c_str(), value, unit);
  std::fflush(stdout);
}

double Since(Clock::time_point begin) { return duration<double>(Clock::now() - begin).count(); }
Clock::time_point In(double seconds) {
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(duration<double>(seconds));
}

pb::QueueJobRequest NoopJob(const std::string& label) {
  pb::QueueJobRequest request;
  pb::Job& job = *request.mutable_job();
  job.mutable_application()->set_project("bench");
  job.mutable_application()->set_application("bench");
  job.mutable_workspace()->set_workspace("default");
  job.mutable_target_runner()->mutable_any();
  job.mutable_data_source()->mutable_local();
  job.mutable_noop();
  (*job.mutable_labels())["sent"] = label;
  return request;
}

// A job needs a project. The bare server answers nothing useful, and needs none.
void MakeProject(const Target& target) {
  LoadClient client(target.address, target.token, 1);
  int open = 2;
  pb::UpsertProjectRequest project;
  project.mutable_project()->set_name("bench");
  pb::UpsertApplicationRequest application;
  application.mutable_project()->set_project("bench");
  application.set_name("bench");
  UnaryCall::Start(client, 0, "UpsertProject", Pack(project), [&](const grpc::Status&, grpc::ByteBuffer&) {
    UnaryCall::Start(client, 0, "UpsertApplication", Pack(application),
                     [&](const grpc::Status&, grpc::ByteBuffer&) { open = 0; });
  });
  client.Poll(In(10), [&] { return open == 0; });
}

// Several callers, each with one QueueJob under way.
class Queuers {
 public:
  Queuers(LoadClient& client, int callers) : client_(client) {
    for (int i = 0; i < callers; ++i) Next(i);
  }
  void Next(int caller) {
    if (client_.stopping()) return;
    const auto begin = Clock::now();
    ++open_;
    UnaryCall::Start(client_, caller, "QueueJob", Pack(NoopJob("")),
                     [this, caller, begin](const grpc::Status& status, grpc::ByteBuffer&) {
                       --open_;
                       if (!status.ok()) {
                         if (++failed_ == 1) std::fprintf(stderr, "QueueJob: %s\n", status.error_message().c_str());
                         client_.Stop();
                         return;
                       }
                       took_.Add(Clock::now() - begin);
                       Next(caller);
                     });
  }
  int open_ = 0, failed_ = 0;
  Latencies took_;

 private:
  LoadClient& client_;
};

// Registers, then takes one job after another; a job does nothing.
class Runner {
 public:
  struct Hooks {
    std::function<void(const pb::Job&)> assigned;
    std::function<void()> cycled;
  };
  Runner(LoadClient& client, int number, Hooks hooks)
      : client_(client), number_(number), id_(absl::StrCat("bench-runner-", number)), hooks_(std::move(hooks)) {
    StreamCall::Events events;
    events.message = [this](grpc::ByteBuffer&) {
      if (!ready_) {
        ready_ = true;
        Ask();
      }
    };
    events.ended = [this](const grpc::Status& status) { OnEnded("RunnerConfig", status, &config_); };
    config_ = StreamCall::Start(client_, number_, "RunnerConfig", std::move(events));
    pb::RunnerConfigRequest open;
    pb::Runner& runner = *open.mutable_open()->mutable_runner();
    runner.set_id(id_);
    runner.mutable_remote();
    config_->Send(Pack(open));
  }
  void Leave() {
    if (config_ != nullptr) config_->Cancel();
    if (jobs_ != nullptr) jobs_->Cancel();
  }
  bool gone() const { return config_ == nullptr && jobs_ == nullptr; }
  bool ready() const { return ready_; }

 private:
  void Ask() {
    StreamCall::Events events;
    events.message = [this](grpc::ByteBuffer& buffer) { OnJob(buffer); };
    events.ended = [this](const grpc::Status& status) {
      if (status.ok() && hooks_.cycled) hooks_.cycled();
      jobs_ = nullptr;
      if (!client_.stopping() && status.ok()) return Ask();
      OnEnded("RunnerJobStream", status, &jobs_);
    };
    jobs_ = StreamCall::Start(client_, number_, "RunnerJobStream", std::move(events));
    pb::RunnerJobStreamRequest request;
    request.mutable_request()->set_runner_id(id_);
    jobs_->Send(Pack(request));
  }
  void OnJob(grpc::ByteBuffer& buffer) {
    pb::RunnerJobStreamResponse response;
    if (!Unpack(buffer, &response) || !response.has_assignment()) return;
    if (hooks_.assigned) hooks_.assigned(response.assignment().job());
    pb::RunnerJobStreamRequest ack, complete;
    ack.mutable_ack();
    complete.mutable_complete()->mutable_result();
    jobs_->Send(Pack(ack));
    jobs_->Send(Pack(complete));
  }
  void OnEnded(const char* what, const grpc::Status& status, StreamCall** call) {
    *call = nullptr;
    if (!status.ok() && !client_.stopping()) {
      std::fprintf(stderr, "%s: %d %s\n", what, static_cast<int>(status.error_code()), status.error_message().c_str());
      std::exit(1);
    }
  }

  LoadClient& client_;
  const int number_;
  const std::string id_;
  const Hooks hooks_;
  StreamCall* config_ = nullptr;
  StreamCall* jobs_ = nullptr;
  bool ready_ = false;
};

using Fleet = std::vector<std::unique_ptr<Runner>>;

Fleet MakeFleet(LoadClient& client, int size, const Runner::Hooks& hooks) {
  Fleet fleet;
  for (int i = 0; i < size; ++i) fleet.push_back(std::make_unique<Runner>(client, i, hooks));
  client.Poll(In(60), [&] {
    for (const auto& runner : fleet) {
      if (!runner->ready()) return false;
    }
    return true;
  });
  return fleet;
}

void Dismiss(LoadClient& client, Fleet& fleet) {
  client.Stop();
  for (const auto& runner : fleet) runner->Leave();
  client.Poll(In(20), [&] {
    for (const auto& runner : fleet) {
      if (!runner->gone()) return false;
    }
    return true;
  });
}

void MeasureUnary(const Target& target) {
  LoadClient client(target.address, target.token, 8);
  int open = 0;
  Latencies took;
  std::function<void(int)> next = [&](int caller) {
    if (client.stopping()) return;
    ++open;
    const auto begin = Clock::now();
    UnaryCall::Start(client, caller, "GetVersionInfo", Pack(pb::QueueJobRequest()),
                     [&, caller, begin](const grpc::Status&, grpc::ByteBuffer&) {
                       --open;
                       took.Add(Clock::now() - begin);
                       next(caller);
                     });
  };
  const auto begin = Clock::now();
  for (int i = 0; i < 64; ++i) next(i);
  client.Poll(In(target.seconds));
  const double spent = Since(begin);
  client.Stop();
  client.Poll(In(10), [&] { return open == 0; });
  Print("unary_64", static_cast<double>(took.size()) / spent, "calls/s");
}

void MeasureQueue(const Target& target, int callers) {
  LoadClient client(target.address, target.token, std::min(callers, 8));
  const auto begin = Clock::now();
  Queuers queuers(client, callers);
  client.Poll(In(target.seconds));
  const double spent = Since(begin);
  client.Stop();
  client.Poll(In(10), [&] { return queuers.open_ == 0; });
  const std::string name = absl::StrCat("queue_", callers);
  Print(name, static_cast<double>(queuers.took_.size()) / spent, "jobs/s");
  Print(name + "_p50", queuers.took_.At(0.5), "us");
  Print(name + "_p99", queuers.took_.At(0.99), "us");
}

// Queues one more job for each that completes, with two a runner under way.
void MeasureCycles(const Target& target, int runners) {
  LoadClient client(target.address, target.token, std::max(1, std::min(runners, 16)));
  int cycles = 0, open = 0, caller = 0;
  std::function<void()> queue = [&] {
    if (client.stopping()) return;
    ++open;
    UnaryCall::Start(client, ++caller, "QueueJob", Pack(NoopJob("")),
                     [&](const grpc::Status&, grpc::ByteBuffer&) { --open; });
  };
  Runner::Hooks hooks;
  hooks.cycled = [&] {
    ++cycles;
    queue();
  };
  Fleet fleet = MakeFleet(client, runners, hooks);
  // What earlier measurements left in the queue goes first.
  int before = -1;
  for (auto end = In(60); before != cycles && Clock::now() < end;) {
    before = cycles;
    client.Poll(In(0.2));
    if (cycles > 0) break;
  }
  for (int i = 0; i < 2 * runners; ++i) queue();
  client.Poll(In(0.5));
  const int first = cycles;
  const auto begin = Clock::now();
  client.Poll(In(target.seconds));
  Print(absl::StrCat("cycles_", runners), (cycles - first) / Since(begin), "jobs/s");
  client.Stop();
  client.Poll(In(10), [&] { return open == 0; });
  Dismiss(client, fleet);
}

// Takes everything that is in the queue.
void Drain(const Target& target) {
  LoadClient client(target.address, target.token, 8);
  int cycles = 0, seen = -1;
  Runner::Hooks hooks;
  hooks.cycled = [&] { ++cycles; };
  Fleet fleet = MakeFleet(client, 64, hooks);
  while (seen != cycles) {
    seen = cycles;
    client.Poll(In(0.3));
  }
  Dismiss(client, fleet);
}

void MeasureLatency(const Target& target, int per_second) {
  LoadClient client(target.address, target.token, 8);
  Latencies to_runner, to_caller;
  std::vector<Clock::time_point> sent;
  Runner::Hooks hooks;
  hooks.assigned = [&](const pb::Job& job) {
    const std::string& label = job.labels().at("sent");
    if (!label.empty()) to_runner.Add(Clock::now() - sent[std::stoul(label)]);
  };
  Fleet fleet = MakeFleet(client, 16, hooks);
  client.Poll(In(0.3));
  int open = 0;
  const int total = static_cast<int>(per_second * target.seconds);
  const auto begin = Clock::now();
  for (int i = 0; i < total; ++i) {
    client.Poll(begin + std::chrono::microseconds(1'000'000LL * i / per_second));
    sent.push_back(Clock::now());
    ++open;
    UnaryCall::Start(client, i, "QueueJob", Pack(NoopJob(std::to_string(i))),
                     [&, at = sent.back()](const grpc::Status&, grpc::ByteBuffer&) {
                       --open;
                       to_caller.Add(Clock::now() - at);
                     });
  }
  client.Poll(In(5), [&] { return open == 0 && to_runner.size() == sent.size(); });
  const std::string name = absl::StrCat("latency_", per_second);
  Print(name + "_runner_p50", to_runner.At(0.5), "us");
  Print(name + "_runner_p99", to_runner.At(0.99), "us");
  Print(name + "_caller_p50", to_caller.At(0.5), "us");
  Print(name + "_caller_p99", to_caller.At(0.99), "us");
  Dismiss(client, fleet);
}

double ResidentKb(int pid) {
  std::ifstream in(absl::StrCat("/proc/", pid, "/status"));
  for (std::string word; in >> word;) {
    if (word == "VmRSS:") {
      double kb = 0;
      in >> kb;
      return kb;
    }
  }
  return 0;
}

// Each with a connection of its own and two open streams.
void MeasureRunnerMemory(const Target& target) {
  constexpr int kRunners = 500;
  const double before = ResidentKb(target.pid);
  LoadClient client(target.address, target.token, kRunners);
  Fleet fleet = MakeFleet(client, kRunners, {});
  client.Poll(In(1));
  Print("idle_runner", (ResidentKb(target.pid) - before) / kRunners, "kB");
  Dismiss(client, fleet);
}

void Run(const Target& target) {
  MakeProject(target);
  MeasureUnary(target);
  MeasureRunnerMemory(target);
  MeasureLatency(target, 50);
  MeasureLatency(target, 500);
  for (int runners : {1, 16, 256}) MeasureCycles(target, runners);
  Drain(target);
  for (int callers : {1, 16, 64}) MeasureQueue(target, callers);
}

}  // namespace
}  // namespace waypoint::bench

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: load PORT SECONDS PID [TOKEN]\n");
    return 2;
  }
  waypoint::bench::Target target;
  target.address = absl::StrCat("127.0.0.1:", argv[1]);
  target.seconds = std::atof(argv[2]);
  target.pid = std::atoi(argv[3]);
  if (argc > 4) target.token = argv[4];
  waypoint::bench::Run(target);
  return 0;
}
