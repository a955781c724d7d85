#include "server/jobs/on_demand_wait.h"

#include <algorithm>
#include <utility>

#include "state/arena_record.h"

namespace waypoint::jobs {

bool WatcherReported(const pb::Job& watch) {
  return IsTerminal(watch.state()) && watch.has_complete_time() &&
         (watch.has_error() || watch.result().has_watch_task());
}

std::optional<absl::Time> WaitEnds(const pb::Task& task, const pb::Job& job, Change::Report report, absl::Time now) {
  if (job.id() == task.start_job().id() && report == Change::Report::kSucceeded) return now + kOnDemandConnect;
  if (job.id() != task.watch_job().id()) return std::nullopt;
  if (report == Change::Report::kFailed) return now + kOnDemandUnwatched;
  // A platform that cannot watch ends without a word about the runner.
  if (report == Change::Report::kSucceeded && job.result().has_watch_task()) return now + kOnDemandEnded;
  return std::nullopt;
}

absl::Time WaitEndsOnceRegistered(const pb::Job* start, absl::Time now) {
  if (start == nullptr || !start->has_complete_time()) return now + kOnDemandTake;
  return std::min(now, FromTimestamp(start->complete_time()) + kOnDemandConnect) + kOnDemandTake;
}

void BoundWait(state::Txn& txn, const pb::Task& task, const pb::Job& job, Change::Report report) {
  std::optional<absl::Time> end = WaitEnds(task, job, report, txn.now());
  const std::string& id = task.task_job().id();
  if (!end || id == job.id()) return;
  auto waits = txn.Get<pb::Job>(id);
  if (waits == nullptr || waits->state() != pb::Job::QUEUED) return;
  if (waits->has_expire_time() && FromTimestamp(waits->expire_time()) <= *end) return;
  std::shared_ptr<pb::Job> changed = state::CopyRecord(*waits);
  *changed->mutable_expire_time() = ToTimestamp(*end);
  txn.PutShared(id, std::move(changed));
}

}  // namespace waypoint::jobs
