#include "server/entrypoints/plugin_job.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/jobs/machine.h"

namespace waypoint::entrypoints {
namespace {

constexpr char kExpiry[] = "60s";

}  // namespace

PluginJob::PluginJob(Room& room, Kind kind, Listener listener)
    : room_(room), kind_(kind), listener_(std::move(listener)), instance_id_(room.engine.ids().Ulid()) {}

PluginJob::~PluginJob() {
  alive_.reset();
  if (!job_id_.empty() && !over_) room_.engine.Apply(job_id_, jobs::event::Cancel{false}, [](absl::Status) {});
}

jobs::NewJob PluginJob::Make(const server::Caller& caller, const pb::Deployment& deployment) const {
  jobs::NewJob made;
  made.expires_in = kExpiry;
  made.queued_by = caller.identity.user_id;
  *made.job.mutable_workspace() = deployment.workspace();
  *made.job.mutable_application() = deployment.application();
  if (caller.local_runner_id.empty()) {
    made.job.mutable_target_runner()->mutable_any();
  } else {
    made.job.mutable_target_runner()->mutable_id()->set_id(caller.local_runner_id);
    made.job.mutable_data_source()->mutable_local();
  }
  if (kind_ == Kind::kExec) {
    made.job.mutable_exec()->set_instance_id(instance_id_);
    *made.job.mutable_exec()->mutable_deployment() = deployment;
  } else {
    made.job.mutable_logs()->set_instance_id(instance_id_);
    *made.job.mutable_logs()->mutable_deployment() = deployment;
  }
  return made;
}

void PluginJob::Start(const server::Caller& caller, const pb::Deployment& deployment) {
  auto add = [&](jobs::Step& step) -> absl::Status {
    ASSIGN_OR_RETURN(job_id_, room_.queue.Add(step, Make(caller, deployment)));
    return absl::OkStatus();
  };
  room_.engine.Update(add, [this, alive = std::weak_ptr<bool>(alive_)](absl::Status status) {
    if (alive.expired()) return;
    if (!status.ok()) {
      over_ = true;  // there is no such job
      return Tell(std::move(status));
    }
    Follow();
  });
}

void PluginJob::Follow() {
  auto look = [this](const state::View& view) {
    found_ = room_.engine.index().Known(job_id_) ? view.Get<pb::Job>(job_id_) : nullptr;
    return absl::OkStatus();
  };
  auto seen = [this](absl::Status status) {
    if (status.ok()) OnJob(found_.get());
  };
  query_ = std::make_unique<server::LiveQuery>(room_.store, std::vector{absl::StrCat("job/", job_id_)}, look, seen);
}

void PluginJob::OnJob(const pb::Job* job) {
  if (over_) return;
  if (job != nullptr && !jobs::IsTerminal(job->state())) {
    if (job->state() != pb::Job::RUNNING || std::exchange(ran_, true)) return;
    return Tell(absl::OkStatus());
  }
  over_ = true;
  const char* what = kind_ == Kind::kExec ? "exec" : "logs";
  if (job == nullptr) return Tell(absl::NotFoundError(absl::StrCat("job ", job_id_, " for ", what, " is gone")));
  if (job->state() == pb::Job::SUCCESS) {
    return Tell(absl::InternalError(absl::StrCat("job ", job_id_, " for ", what,
                                                 " ended at once: the platform of this deployment offers none to the "
                                                 "runner that took the job")));
  }
  Tell(absl::FailedPreconditionError(
      absl::StrCat("job ", job_id_, " for ", what, " failed: ", job->error().message(),
                   ran_ || job->has_assign_time() ? "" : "; no runner took it in time, see: waypoint runner list")));
}

void PluginJob::Tell(absl::Status status) {
  auto listener = listener_;  // may destroy this
  listener(std::move(status));
}

}  // namespace waypoint::entrypoints
