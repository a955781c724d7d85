#include "server/entrypoints/entrypoint_config_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "errors/details.h"
#include "server/common/projects.h"
#include "server/entrypoints/deployment_configuration.h"

namespace waypoint::entrypoints {
namespace {

// A 0.11 entrypoint crashes when a command comes before it has made up its first configuration.
constexpr absl::Duration kYoung = absl::Seconds(2);

}  // namespace

void EntrypointConfigStream::OnMessage(pb::EntrypointConfigRequest request) {
  if (std::exchange(asked_, true)) return;
  auto look = [&](const state::View& view) {
    deployment_ = view.Get<pb::Deployment>(request.deployment_id());
    return absl::OkStatus();
  };
  room_.store.Look(look, [this, request, alive = std::weak_ptr<bool>(alive_)](absl::Status status) {
    if (alive.expired()) return;
    if (!status.ok()) return out_.Finish(std::move(status));
    if (absl::Status wrong = Check(request); !wrong.ok()) {
      return out_.Finish(WithDetail(std::move(wrong), "deployment_id", request.deployment_id()));
    }
    OnDeployment(request);
  });
}

absl::Status EntrypointConfigStream::Check(const pb::EntrypointConfigRequest& request) const {
  if (deployment_ == nullptr) {
    return absl::NotFoundError(absl::StrCat("there is no deployment with id ", request.deployment_id()));
  }
  if (!identity_.deployment_id.empty() && identity_.deployment_id != request.deployment_id()) {
    return absl::PermissionDeniedError(
        absl::StrCat("the token is for deployment ", identity_.deployment_id, ", not for ", request.deployment_id()));
  }
  if (request.instance_id().empty()) return absl::AbortedError("instance_id must not be empty");
  return absl::OkStatus();
}

void EntrypointConfigStream::OnDeployment(const pb::EntrypointConfigRequest& request) {
  instance_id_ = request.instance_id();
  pb::Instance info;
  info.set_id(instance_id_);
  info.set_deployment_id(deployment_->id());
  *info.mutable_application() = deployment_->application();
  *info.mutable_workspace() = deployment_->workspace();
  info.set_type(request.type());
  for (const ExecSessionPtr& leftover : room_.exec.Of(instance_id_)) room_.exec.Remove(leftover->info.index());
  number_ = room_.instances.Add(std::move(info), request.disable_exec(), room_.clock.Now());
  exec_listener_ = room_.exec.OnChange(instance_id_, [this] { OnExec(); });
  exec_from_ = room_.clock.Now();
  if (request.type() != pb::Instance::VIRTUAL) exec_from_ += kYoung;
  Follow();
}

void EntrypointConfigStream::OnExec() {
  if (room_.clock.Now() >= exec_from_) return query_->Refresh();
  if (exec_timer_ != 0) return;
  exec_timer_ = room_.clock.At(exec_from_, [this] {
    exec_timer_ = 0;
    query_->Refresh();
  });
}

void EntrypointConfigStream::Follow() {
  auto look = [this](const state::View& view) {
    built_ = std::make_shared<Response>();
    return Build(view, *built_->mutable_config());
  };
  auto seen = [this](absl::Status status) {
    if (!status.ok()) {  // entrypoints come back after Unavailable only
      return out_.Finish(absl::UnavailableError(absl::StrCat("configuration cannot be read: ", status.message())));
    }
    next_ = built_;
    out_.Wake();
  };
  query_ = std::make_unique<server::LiveQuery>(room_.store, std::vector<std::string>{"config_var", "config_source"},
                                               look, seen);
}

absl::Status EntrypointConfigStream::Build(const state::View& view, pb::EntrypointConfig& config) const {
  const pb::Ref::Application& application = deployment_->application();
  ASSIGN_OR_RETURN(const auto project, server::FindProject(view, application.project()));
  if (server::FindApplication(*project, application.application()) == nullptr) {
    return absl::NotFoundError(absl::StrCat("the application ", application.application(), " is gone"));
  }
  config = ConfigurationOf(view, *deployment_);
  if (deployment_->has_component()) *config.mutable_deployment()->mutable_component() = deployment_->component();
  *config.mutable_deployment()->mutable_labels() = deployment_->labels();
  if (room_.clock.Now() < exec_from_) return absl::OkStatus();
  for (const ExecSessionPtr& session : room_.exec.Of(instance_id_)) *config.add_exec() = session->info;
  return absl::OkStatus();
}

std::optional<EntrypointConfigStream::Response> EntrypointConfigStream::Next() {
  if (next_ == nullptr) return std::nullopt;
  return std::move(*std::exchange(next_, nullptr));
}

void EntrypointConfigStream::Stop() {
  alive_.reset();
  query_.reset();
  if (exec_listener_ != 0) room_.exec.RemoveListener(std::exchange(exec_listener_, 0));
  if (exec_timer_ != 0) room_.clock.Cancel(std::exchange(exec_timer_, 0));
  if (number_ == 0) return;
  uint64_t number = std::exchange(number_, 0);
  const Instance* instance = room_.instances.Find(instance_id_);
  if (instance == nullptr || instance->number != number) return;  // the id has connected anew
  room_.instances.Remove(instance_id_, number);
  room_.exec.InstanceGone(instance_id_);
}

}  // namespace waypoint::entrypoints
