#include "server/jobs/queue.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/jobs/job_rules.h"
#include "server/jobs/on_demand.h"
#include "server/jobs/profiles.h"

namespace waypoint::jobs {
namespace {

// The profile that must run this job; null: none.
absl::StatusOr<ProfilePtr> ProfileFor(const state::View& view, const pb::Job& job) {
  if (!job.has_ondemand_runner()) {
    return job.target_runner().has_any() ? DefaultProfile(view) : nullptr;
  }
  const auto& ref = job.ondemand_runner();
  if (ref.id().empty() && ref.name().empty()) {
    return absl::FailedPreconditionError("ondemand_runner names no profile: give its id or name");
  }
  ProfilePtr profile = FindProfile(view, ref);
  if (profile == nullptr) {
    return absl::NotFoundError(absl::StrCat("there is no runner profile \"", ref.id().empty() ? ref.name() : ref.id(),
                                            "\"; see: waypoint runner profile list"));
  }
  return profile;
}

}  // namespace

absl::StatusOr<std::string> JobQueue::Add(Step& step, NewJob job) const {
  std::vector<NewJob> jobs;
  jobs.push_back(std::move(job));
  ASSIGN_OR_RETURN(std::vector<std::string> ids, Add(step, std::move(jobs)));
  return ids[0];
}

absl::StatusOr<std::vector<std::string>> JobQueue::Add(Step& step, std::vector<NewJob> new_jobs) const {
  std::vector<pb::Job> jobs;
  std::vector<std::string> ids;
  for (NewJob& new_job : new_jobs) RETURN_IF_ERROR(AddOne(step, std::move(new_job), jobs, ids));
  RETURN_IF_ERROR(step.Create(std::move(jobs)));
  return ids;
}

absl::Status JobQueue::AddOne(Step& step, NewJob new_job, std::vector<pb::Job>& jobs,
                              std::vector<std::string>& ids) const {
  state::Txn& txn = step.txn();
  pb::Job& job = new_job.job;
  // Jobs that refer to each other have ids already.
  std::string id = job.id().empty() ? txn.ids().Ulid() : std::exchange(*job.mutable_id(), "");
  RETURN_IF_ERROR(CheckJob(job));
  RETURN_IF_ERROR(Prepare(txn, job, new_job.expires_in, txn.now(), std::move(id)));
  job.set_queued_by(new_job.queued_by);
  ASSIGN_OR_RETURN(ProfilePtr profile, ProfileFor(txn, job));
  if (profile == nullptr) {
    ids.push_back(job.id());
    jobs.push_back(std::move(job));
    return absl::OkStatus();
  }
  if (!job.has_ondemand_runner()) job.mutable_ondemand_runner()->set_id(profile->id());
  std::map<std::string, std::string> environment;
  if (environment_) {
    ASSIGN_OR_RETURN(environment, environment_(txn));
  }
  OnDemandIds new_ids{txn.ids().Ulid(), txn.ids().Ulid(), txn.ids().Ulid(), txn.ids().Ulid(), txn.ids().Ulid()};
  environment["WAYPOINT_RUNNER_ID"] = new_ids.runner;
  ASSIGN_OR_RETURN(OnDemandChain chain, WrapOnDemand(std::move(job), *profile, new_ids, environment));
  txn.Put(absl::AsciiStrToLower(new_ids.task), std::move(chain.task));
  ids.push_back(chain.main_job_id);
  std::move(chain.jobs.begin(), chain.jobs.end(), std::back_inserter(jobs));
  return absl::OkStatus();
}

}  // namespace waypoint::jobs
