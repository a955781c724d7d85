#include "server/entrypoints/exec_streams.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "ptypes/violations.h"

namespace waypoint::entrypoints {
namespace {

constexpr absl::Duration kVirtualInstance = absl::Seconds(60);

absl::StatusOr<ExecTarget> ById(const Room& room, const std::string& id) {
  const Instance* instance = room.instances.Find(id);
  if (instance == nullptr) return absl::NotFoundError(absl::StrCat("there is no instance with id ", id));
  if (instance->disable_exec) {
    return absl::PermissionDeniedError(absl::StrCat("exec is disabled for instance ", id));
  }
  return ExecTarget{instance, nullptr};
}

// The one with the fewest sessions; the first in order of ids among equals.
absl::StatusOr<ExecTarget> OfDeployment(const Room& room, const std::string& deployment_id) {
  const Instance* best = nullptr;
  size_t fewest = 0;
  bool any = false;
  for (const Instance* instance : room.instances.OfDeployment(deployment_id)) {
    if (instance->info.type() != pb::Instance::LONG_RUNNING) continue;
    any = true;
    if (instance->disable_exec) continue;
    size_t sessions = room.exec.Of(instance->info.id()).size();
    if (best == nullptr || sessions < fewest) {
      best = instance;
      fewest = sessions;
    }
  }
  if (best != nullptr) return ExecTarget{best, nullptr};
  if (!any) {
    return absl::ResourceExhaustedError(
        "no instance of this deployment is connected: nothing is running, or it is still starting; see: waypoint logs");
  }
  return absl::ResourceExhaustedError(
      "exec was disabled when this was deployed; the configuration cannot enable it, deploy again without "
      "WAYPOINT_CEB_DISABLE_EXEC");
}

}  // namespace

absl::StatusOr<ExecTarget> PickTarget(const Room& room, const state::View& view,
                                      const pb::ExecStreamRequest::Start& start) {
  ptypes::Violations violations;
  violations.Require(start.target_case() != pb::ExecStreamRequest::Start::TARGET_NOT_SET, "Target", ptypes::kBlank);
  violations.Require(!start.args().empty(), "args", ptypes::kBlank);
  RETURN_IF_ERROR(violations.ToStatus());
  if (start.target_case() == pb::ExecStreamRequest::Start::kInstanceId) return ById(room, start.instance_id());
  auto deployment = view.Get<pb::Deployment>(start.deployment_id());
  if (deployment == nullptr) {
    return absl::NotFoundError(absl::StrCat("there is no deployment with id ", start.deployment_id()));
  }
  if (deployment->has_exec_plugin()) return ExecTarget{nullptr, deployment};
  return OfDeployment(room, start.deployment_id());
}

void StartExecStream::OnMessage(pb::ExecStreamRequest message) {
  if (!start_.has_value()) {
    if (message.has_start()) return Start(std::move(*message.mutable_start()));
    out_.Finish(absl::FailedPreconditionError("the first message must be start"));
    return;
  }
  if (session_ == nullptr) return;
  pb::EntrypointExecResponse to_entrypoint;
  if (message.has_input()) {
    to_entrypoint.set_input(std::move(*message.mutable_input()->mutable_data()));
  } else if (message.has_winch()) {
    *to_entrypoint.mutable_winch() = message.winch();
  } else if (message.has_input_eof()) {
    to_entrypoint.mutable_input_eof();
  } else {
    return;
  }
  session_->to_entrypoint.push_back(std::move(to_entrypoint));
  session_->WakeEntrypoint();
}

void StartExecStream::Start(pb::ExecStreamRequest::Start start) {
  start_ = std::move(start);
  absl::StatusOr<ExecTarget> target = absl::InternalError("not looked up");
  room_.store.Look(
      [&](const state::View& view) {
        target = PickTarget(room_, view, *start_);
        return target.status();
      },
      [](absl::Status) {});
  if (!target.ok()) return out_.Finish(target.status());
  target->by_platform != nullptr ? StartPluginJob(*target->by_platform) : Begin(target->instance->info.id());
}

void StartExecStream::StartPluginJob(const pb::Deployment& deployment) {
  job_ = std::make_unique<PluginJob>(room_, PluginJob::Kind::kExec, [this](absl::Status status) {
    if (session_ != nullptr) return;  // its instance says how the command ends
    if (status.ok()) return AwaitInstance();
    StopWaiting();
    out_.Finish(std::move(status));
  });
  job_->Start(caller_, deployment);
}

void StartExecStream::AwaitInstance() {
  if (room_.instances.Find(job_->instance_id()) != nullptr) return Begin(job_->instance_id());
  if (listener_ != 0) return;
  listener_ = room_.instances.OnChange([this] {
    if (room_.instances.Find(job_->instance_id()) == nullptr) return;
    StopWaiting();
    Begin(job_->instance_id());
  });
  timer_ = room_.clock.After(kVirtualInstance, [this] {
    timer_ = 0;
    StopWaiting();
    out_.Finish(absl::DeadlineExceededError("the runner of the exec job did not connect within a minute"));
  });
}

void StartExecStream::Begin(const std::string& instance_id) {
  session_ = room_.exec.Create(instance_id, *start_);
  session_->wake_client = [this] { out_.Wake(); };
  session_->to_client.emplace_back().mutable_open();
  out_.Wake();
}

void StartExecStream::StopWaiting() {
  if (listener_ != 0) room_.instances.RemoveListener(std::exchange(listener_, 0));
  if (timer_ != 0) room_.clock.Cancel(std::exchange(timer_, 0));
}

bool StartExecStream::WantsMessage() {
  if (!start_.has_value()) return true;
  return session_ != nullptr && session_->to_entrypoint.size() < ExecSession::kMaxWaiting;
}

std::optional<pb::ExecStreamResponse> StartExecStream::Next() {
  if (session_ == nullptr) return std::nullopt;
  if (session_->to_client.empty()) {
    if (session_->entrypoint_gone) out_.Finish(absl::OkStatus());
    return std::nullopt;
  }
  pb::ExecStreamResponse next = std::move(session_->to_client.front());
  session_->to_client.pop_front();
  session_->WakeEntrypoint();  // there is room again
  return next;
}

void StartExecStream::OnHalfClose() {
  if (!start_.has_value()) {
    out_.Finish(absl::UnknownError("EOF"));
    return;
  }
  Stop();
  out_.Finish(absl::OkStatus());
}

void StartExecStream::Stop() {
  StopWaiting();
  job_.reset();
  if (session_ == nullptr) return;
  ExecSessionPtr session = std::exchange(session_, nullptr);
  session->client_gone = true;
  session->wake_client = nullptr;
  session->WakeEntrypoint();
  room_.exec.Remove(session->info.index());
}

void EntrypointExecStream::OnMessage(pb::EntrypointExecRequest message) {
  if (session_ == nullptr) {
    if (message.has_open()) return Open(message.open());
    out_.Finish(absl::FailedPreconditionError("the first message must be open"));
    return;
  }
  if (exited_) return;
  if (message.has_exit()) return Exit(message.exit().code());
  if (message.has_error()) return Exit(1, message.error().error().message());
  if (!message.has_output() || session_->client_gone) return;
  auto* output = session_->to_client.emplace_back().mutable_output();
  output->set_channel(static_cast<pb::ExecStreamResponse::Output::Channel>(message.output().channel()));
  output->set_data(std::move(*message.mutable_output()->mutable_data()));
  session_->WakeClient();
}

void EntrypointExecStream::Open(const pb::EntrypointExecRequest::Open& open) {
  ExecSessionPtr session = room_.exec.Find(open.index());
  if (session == nullptr) {
    out_.Finish(absl::NotFoundError(absl::StrCat("there is no exec session ", open.index())));
    return;
  }
  if (session->connected) {
    out_.Finish(absl::FailedPreconditionError(absl::StrCat("exec session ", open.index(), " is connected already")));
    return;
  }
  session_ = std::move(session);
  session_->connected = true;
  session_->wake_entrypoint = [this] { out_.Wake(); };
  pb::EntrypointExecResponse opened;
  opened.set_opened(true);
  out_.Send(opened);
  out_.Wake();
}

bool EntrypointExecStream::WantsMessage() {
  return session_ == nullptr || session_->client_gone || session_->to_client.size() < ExecSession::kMaxWaiting;
}

std::optional<pb::EntrypointExecResponse> EntrypointExecStream::Next() {
  if (session_ == nullptr) return std::nullopt;
  if (session_->client_gone) {
    out_.Finish(absl::OkStatus());
    return std::nullopt;
  }
  if (session_->to_entrypoint.empty()) return std::nullopt;
  pb::EntrypointExecResponse next = std::move(session_->to_entrypoint.front());
  session_->to_entrypoint.pop_front();
  session_->WakeClient();  // there is room again
  return next;
}

// The client hears the code after all output; both ends are done then.
void EntrypointExecStream::Exit(int code, const std::string& reason) {
  exited_ = true;
  auto* exit = session_->to_client.emplace_back().mutable_exit();
  exit->set_code(code);
  exit->set_reason(reason);
  session_->entrypoint_gone = true;
  session_->WakeClient();
  out_.Finish(absl::OkStatus());
}

void EntrypointExecStream::OnHalfClose() {
  if (session_ == nullptr) {
    out_.Finish(absl::InternalError("the stream was closed before the first message"));
  } else if (!exited_) {
    Exit(1);
  }
}

void EntrypointExecStream::Stop(absl::Status why) {
  if (session_ == nullptr) return;
  ExecSessionPtr session = std::exchange(session_, nullptr);
  session->wake_entrypoint = nullptr;
  if (exited_ || session->client_gone) return;
  session->to_client.emplace_back().mutable_exit()->set_code(1);
  session->entrypoint_gone = true;
  session->WakeClient();
}

}  // namespace waypoint::entrypoints
