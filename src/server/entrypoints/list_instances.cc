#include "server/entrypoints/list_instances.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/go_duration.h"
#include "errors/details.h"

namespace waypoint::entrypoints {

void ListInstancesCall::OnMessage(pb::ListInstancesRequest request) {
  if (request.has_application()) {
    if (!request.application().has_application()) {
      return out_.Finish(InvalidFields({{"Scope.Application.application", "must be set"}}));
    }
    return Answer(room_.instances.OfApplication(request.application().application(),
                                                request.application().workspace().workspace()));
  }
  if (request.scope_case() == pb::ListInstancesRequest::SCOPE_NOT_SET) {
    return out_.Finish(absl::FailedPreconditionError("give a scope: deployment_id or application"));
  }
  deployment_id_ = request.deployment_id();
  const std::optional<absl::Duration> timeout = ParseGoDuration(request.wait_timeout());
  if (!timeout.has_value() && !request.wait_timeout().empty()) {
    return out_.Finish(absl::FailedPreconditionError(
        absl::StrCat("wait_timeout \"", request.wait_timeout(), "\" is not a duration; write it like 30s or 5m")));
  }
  auto instances = room_.instances.OfDeployment(deployment_id_);
  if (!timeout.has_value() || !instances.empty()) return Answer(instances);
  WaitForOne(*timeout);
}

void ListInstancesCall::WaitForOne(absl::Duration timeout) {
  listener_ = room_.instances.OnChange([this] {
    auto instances = room_.instances.OfDeployment(deployment_id_);
    if (!instances.empty()) Answer(instances);
  });
  timer_ = room_.clock.After(timeout, [this] {
    timer_ = 0;
    Stop();
    out_.Finish(absl::InternalError(absl::StrCat("no instance of deployment ", deployment_id_, " connected in time")));
  });
}

void ListInstancesCall::Answer(const std::vector<const Instance*>& instances) {
  Stop();
  pb::ListInstancesResponse response;
  for (const Instance* instance : instances) *response.add_instances() = instance->info;
  out_.Send(response);
  out_.Finish(absl::OkStatus());
}

void ListInstancesCall::Stop() {
  if (listener_ != 0) room_.instances.RemoveListener(std::exchange(listener_, 0));
  if (timer_ != 0) room_.clock.Cancel(std::exchange(timer_, 0));
}

}  // namespace waypoint::entrypoints
