#include "load_runners.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"

namespace waypoint::bench {

pb::QueueJobRequest NoopJob(const std::string& label, For whom) {
  pb::QueueJobRequest request;
  pb::Job& job = *request.mutable_job();
  job.mutable_application()->set_project("bench");
  job.mutable_application()->set_application("bench");
  job.mutable_workspace()->set_workspace("default");
  if (whom == For::kAny) {
    job.mutable_target_runner()->mutable_any();
  } else {
    (*job.mutable_target_runner()->mutable_labels()->mutable_labels())["bench"] = "nobody";
  }
  job.mutable_data_source()->mutable_local();
  job.mutable_noop();
  (*job.mutable_labels())["sent"] = label;
  return request;
}

Queuers::Queuers(LoadClient& client, int callers, For whom, int limit)
    : client_(client), request_(Pack(NoopJob("", whom))), limit_(limit) {
  for (int i = 0; i < callers; ++i) Next(i);
}

void Queuers::Next(int caller) {
  if (client_.stopping() || (limit_ > 0 && begun_ == limit_)) return;
  const auto begin = Clock::now();
  ++begun_;
  ++open_;
  UnaryCall::Start(client_, caller, "QueueJob", request_,
                   [this, caller, begin](const grpc::Status& status, grpc::ByteBuffer&) {
                     --open_;
                     if (!status.ok()) {
                       std::fprintf(stderr, "QueueJob: %s\n", status.error_message().c_str());
                       std::exit(1);
                     }
                     took_.Add(Clock::now() - begin);
                     Next(caller);
                   });
}

Runner::Runner(LoadClient& client, int number, Hooks hooks)
    : client_(client), number_(number), id_(absl::StrCat("bench-runner-", number)), hooks_(std::move(hooks)) {
  StreamCall::Events events;
  events.message = [this](grpc::ByteBuffer&) {
    if (!std::exchange(ready_, true)) Ask();
  };
  events.ended = [this](const grpc::Status& status) { OnEnded("RunnerConfig", status, &config_); };
  config_ = StreamCall::Start(client_, number_, "RunnerConfig", std::move(events));
  pb::RunnerConfigRequest open;
  pb::Runner& runner = *open.mutable_open()->mutable_runner();
  runner.set_id(id_);
  runner.mutable_remote();
  config_->Send(Pack(open));
}

void Runner::Leave() {
  if (config_ != nullptr) config_->Cancel();
  if (jobs_ != nullptr) jobs_->Cancel();
}

void Runner::Ask() {
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

void Runner::OnJob(grpc::ByteBuffer& buffer) {
  pb::RunnerJobStreamResponse response;
  if (!Unpack(buffer, &response) || !response.has_assignment()) return;
  if (hooks_.assigned) hooks_.assigned(response.assignment().job());
  pb::RunnerJobStreamRequest ack, complete;
  ack.mutable_ack();
  complete.mutable_complete()->mutable_result();
  jobs_->Send(Pack(ack));
  jobs_->Send(Pack(complete));
}

void Runner::OnEnded(const char* what, const grpc::Status& status, StreamCall** call) {
  *call = nullptr;
  if (!status.ok() && !client_.stopping()) {
    std::fprintf(stderr, "%s: %d %s\n", what, static_cast<int>(status.error_code()), status.error_message().c_str());
    std::exit(1);
  }
}

Fleet MakeFleet(LoadClient& client, int size, const Runner::Hooks& hooks) {
  Fleet fleet;
  for (int i = 0; i < size; ++i) fleet.push_back(std::make_unique<Runner>(client, i, hooks));
  client.Poll(In(60), [&] {
    return std::all_of(fleet.begin(), fleet.end(), [](const auto& runner) { return runner->ready(); });
  });
  return fleet;
}

void Dismiss(LoadClient& client, Fleet& fleet) {
  client.Stop();
  for (const auto& runner : fleet) runner->Leave();
  client.Poll(In(20), [&] {
    return std::all_of(fleet.begin(), fleet.end(), [](const auto& runner) { return runner->gone(); });
  });
}

}  // namespace waypoint::bench
