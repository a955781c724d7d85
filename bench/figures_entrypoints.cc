#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "figures.h"
#include "load_runners.h"
#include "waypoint/entrypoint.pb.h"
#include "waypoint/operation.pb.h"

namespace waypoint::bench {
namespace {

constexpr int kLinesABatch = 64;
constexpr int kPeers = 500;

std::string MakeDeployment(LoadClient& client) {
  pb::UpsertDeploymentRequest request;
  pb::Deployment& deployment = *request.mutable_deployment();
  deployment.mutable_application()->set_project("bench");
  deployment.mutable_application()->set_application("bench");
  deployment.mutable_workspace()->set_workspace("default");
  deployment.mutable_component()->set_name("bench");
  deployment.mutable_status()->set_state(pb::Status::SUCCESS);
  deployment.set_state(pb::Operation::CREATED);
  pb::UpsertDeploymentResponse response;
  bool answered = false;
  UnaryCall::Start(client, 0, "UpsertDeployment", Pack(request),
                   [&](const grpc::Status& status, grpc::ByteBuffer& buffer) {
                     answered = true;
                     if (status.ok()) Unpack(buffer, &response);
                   });
  client.Poll(In(10), [&] { return answered; });
  return response.deployment().id();
}

// A connected instance: its configuration stream, and its log stream with one line said.
struct Instance {
  Instance(LoadClient& client, int number, const std::string& deployment) : id(absl::StrCat("bench-", number)) {
    StreamCall::Events events;
    events.message = [this, &client, number](grpc::ByteBuffer&) {
      if (log != nullptr) return;
      log = StreamCall::Start(
          client, number, "EntrypointLogStream",
          {[this](grpc::ByteBuffer&) { acknowledged = true; }, [this](const grpc::Status&) { log = nullptr; },
           [this] {
             if (can_send) can_send();
           }});
      log->Send(Batch(1));
    };
    events.ended = [this](const grpc::Status&) { config = nullptr; };
    config = StreamCall::Start(client, number, "EntrypointConfig", std::move(events));
    pb::EntrypointConfigRequest open;
    open.set_deployment_id(deployment);
    open.set_instance_id(id);
    config->Send(Pack(open));
  }
  void Leave() {
    for (StreamCall* call : {config, log}) {
      if (call != nullptr) call->Cancel();
    }
  }
  grpc::ByteBuffer Batch(int lines) {
    pb::EntrypointLogBatch batch;
    batch.set_instance_id(id);
    for (int i = 0; i < lines; ++i) {
      pb::LogBatch::Entry& entry = *batch.add_lines();
      entry.set_line(absl::StrCat("GET /orders/", ++said, " HTTP/1.1 200 took 12 ms, cache hit, from 10.0.0.7"));
      entry.mutable_timestamp()->set_seconds(said);
    }
    return Pack(batch);
  }
  const std::string id;
  StreamCall *config = nullptr, *log = nullptr;
  std::function<void()> can_send;
  bool acknowledged = false;
  int said = 0;
};

// What a follower got, and what it was told that it missed.
struct Follower {
  Follower(LoadClient& client, const std::string& deployment) {
    call = StreamCall::Start(client, 1, "GetLogStream",
                             {[this](grpc::ByteBuffer& buffer) { Count(buffer); },
                              [this](const grpc::Status&) { call = nullptr; }, nullptr});
    pb::GetLogStreamRequest request;
    request.set_deployment_id(deployment);
    request.set_limit_backlog(1);
    call->Send(Pack(request));
    call->CloseSend();
  }
  void Count(grpc::ByteBuffer& buffer) {
    pb::LogBatch batch;
    Unpack(buffer, &batch);
    for (const pb::LogBatch::Entry& entry : batch.lines()) {
      uint64_t missed = 0;
      // "[12 lines were skipped ..."
      if (entry.source() == pb::LogBatch::Entry::ENTRYPOINT &&
          absl::SimpleAtoi(entry.line().substr(1, entry.line().find(' ') - 1), &missed)) {
        skipped += static_cast<double>(missed);
      } else {
        ++got;
      }
    }
  }
  StreamCall* call = nullptr;
  double got = 0, skipped = 0;
};

}  // namespace

// Each with a connection of its own and two open streams.
void MeasureRunnerMemory(const Target& target) {
  const double before = ResidentKb(target.pid);
  const int threads = ThreadCount(target.pid);
  LoadClient client(target.address, target.token, kPeers);
  Fleet fleet = MakeFleet(client, kPeers, {});
  client.Poll(In(1));
  Print("idle_runner", (ResidentKb(target.pid) - before) / kPeers, "kB");
  Print("idle_runner_threads", ThreadCount(target.pid) - threads, "more");
  Dismiss(client, fleet);
}

void MeasureEntrypointMemory(const Target& target) {
  LoadClient maker(target.address, target.token, 1);
  const std::string deployment = MakeDeployment(maker);
  const double before = ResidentKb(target.pid);
  LoadClient client(target.address, target.token, kPeers);
  std::vector<std::unique_ptr<Instance>> instances;
  for (int i = 0; i < kPeers; ++i) instances.push_back(std::make_unique<Instance>(client, i, deployment));
  client.Poll(In(30), [&] {
    return std::all_of(instances.begin(), instances.end(), [](const auto& one) { return one->log != nullptr; });
  });
  client.Poll(In(1));
  Print("idle_entrypoint", (ResidentKb(target.pid) - before) / kPeers, "kB");
  client.Stop();
  for (const auto& instance : instances) instance->Leave();
  client.Poll(In(20), [&] {
    return std::all_of(instances.begin(), instances.end(),
                       [](const auto& one) { return one->config == nullptr && one->log == nullptr; });
  });
}

// One chatty instance, one follower. Every line is delivered, or counted as skipped.
void MeasureLogs(const Target& target) {
  LoadClient client(target.address, target.token, 2);
  const std::string deployment = MakeDeployment(client);
  Instance instance(client, 0, deployment);
  client.Poll(In(10), [&] { return instance.log != nullptr; });
  client.Poll(In(0.2));
  Follower follower(client, deployment);
  client.Poll(In(0.3));
  follower.got = 0;
  const int before = instance.said;
  instance.can_send = [&] {
    if (!client.stopping()) instance.log->Send(instance.Batch(kLinesABatch));
  };
  const Span span(target);
  instance.can_send();
  client.Poll(In(target.seconds));
  client.Stop();
  instance.log->CloseSend();
  client.Poll(In(10), [&] { return instance.log == nullptr; });
  const double said = instance.said - before;
  span.Print("log_lines_in", said, "lines/s");
  for (double seen = -1; seen != follower.got;) {
    seen = follower.got;
    client.Poll(In(0.3));
  }
  Print("log_lines_delivered", 100 * follower.got / said, "%");
  Print("log_lines_skipped", 100 * follower.skipped / said, "%");
  Print("log_lines_lost", said - follower.got - follower.skipped, "lines");
  instance.Leave();
  if (follower.call != nullptr) follower.call->Cancel();
  client.Poll(In(10), [&] { return instance.config == nullptr && follower.call == nullptr; });
}

}  // namespace waypoint::bench
