#include "server/runners/runner_config_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/jobs/knowledge.h"
#include "server/jobs/machine.h"
#include "server/jobs/on_demand_wait.h"
#include "server/runners/registration.h"
#include "server/runners/runner_configuration.h"

namespace waypoint::runners {
namespace {

bool IsOnDemand(const pb::Runner& runner) { return runner.has_odr() || runner.deprecated_is_odr(); }

}  // namespace

void RunnerConfigStream::OnMessage(pb::RunnerConfigRequest message) {
  if (opened_) return;  // further messages are ignored
  opened_ = true;
  if (!message.has_open()) {
    out_.Finish(absl::FailedPreconditionError("the first message must be open"));
    return;
  }
  auto open = [&](jobs::Step& step) { return Open(step, message.open().runner()); };
  engine_.Update(open, [this, engine = &engine_, id = message.open().runner().id(),
                        alive = std::weak_ptr<bool>(alive_)](absl::Status status) {
    if (alive.expired()) {
      if (status.ok()) LeaveRegistry(*engine, id);
      return;
    }
    status.ok() ? OnRegistered() : out_.Finish(std::move(status));
  });
}

absl::Status RunnerConfigStream::Open(jobs::Step& step, pb::Runner runner) {
  RETURN_IF_ERROR(CheckToken(identity_, runner));
  ASSIGN_OR_RETURN(runner_, Register(step.txn(), std::move(runner)));
  if (runner_.adoption_state() == pb::Runner::REJECTED) {
    return absl::PermissionDeniedError(absl::StrCat("runner ", runner_.id(), " was rejected by an operator"));
  }
  if (runner_.adoption_state() != pb::Runner::ADOPTED) {
    runner_.set_adoption_state(pb::Runner::PREADOPTED);
    step.txn().Put(runner_.id(), runner_);
  }
  if (IsOnDemand(runner_)) RETURN_IF_ERROR(ScopeOnDemand(step));
  return absl::OkStatus();
}

// An on-demand runner exists for one job. It gets a minute to fetch it; or it comes back to the one it runs.
absl::Status RunnerConfigStream::ScopeOnDemand(jobs::Step& step) {
  const jobs::RunnerView view = jobs::ViewOf(runner_);
  if (auto live = engine_.index().LiveJobOf(runner_.id())) {
    ASSIGN_OR_RETURN(auto job, step.Get(*live));
    job_ = *job;
    return absl::OkStatus();
  }
  std::optional<std::string> queued = engine_.index().Peek(view);
  if (!queued) {
    return absl::FailedPreconditionError(
        absl::StrCat("no job waits for the on-demand runner ", runner_.id(), "; it may have been cancelled"));
  }
  ASSIGN_OR_RETURN(auto waits, step.Get(*queued));
  const auto start = jobs::Knowledge(step.txn(), step.book()).StartJob(*waits);
  RETURN_IF_ERROR(step.Edit(*queued, [&](pb::Job& job) {
    *job.mutable_expire_time() = jobs::ToTimestamp(jobs::WaitEndsOnceRegistered(start.get(), step.txn().now()));
    job_ = job;
  }));
  return absl::OkStatus();
}

void RunnerConfigStream::OnRegistered() {
  registration_ = engine_.fleet().Online(runner_);
  engine_.FleetChanged();
  watch_ = engine_.store().Watch({"config_var", "config_source"}, [this] { Refresh(); });
  Refresh();
}

void RunnerConfigStream::Refresh() {
  auto response = std::make_shared<Response>();
  auto look = [&](const state::View& view) -> absl::Status {
    *response->mutable_config() = ConfigurationOf(view, runner_, job_ ? &*job_ : nullptr);
    return absl::OkStatus();
  };
  engine_.store().Look(look, [this, response, alive = std::weak_ptr<bool>(alive_)](absl::Status status) {
    if (alive.expired()) return;
    if (status.ok()) {
      out_.Send(*response);
    } else if (absl::IsUnavailable(status)) {
      Refresh();  // what was seen is undone
    } else {
      out_.Finish(std::move(status));
    }
  });
}

void RunnerConfigStream::OnHalfClose() {
  out_.Finish(opened_ ? absl::OkStatus() : absl::InternalError("the stream was closed before the first message"));
}

void RunnerConfigStream::Stop() {
  alive_.reset();
  if (watch_ != 0) engine_.store().Unwatch(std::exchange(watch_, 0));
  if (registration_ == 0) return;
  uint64_t registration = std::exchange(registration_, 0);
  engine_.fleet().Offline(runner_.id(), registration);
  LeaveRegistry(engine_, runner_.id());
}

}  // namespace waypoint::runners
