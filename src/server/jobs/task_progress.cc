#include "server/jobs/task_progress.h"

#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "server/jobs/on_demand_wait.h"
#include "waypoint/runner.pb.h"

namespace waypoint::jobs {
namespace {

std::optional<pb::Task::State> NextState(const pb::Task& task, const std::string& job_id, bool acked) {
  if (job_id == task.start_job().id()) return acked ? pb::Task::STARTING : pb::Task::STARTED;
  if (job_id == task.task_job().id()) return acked ? pb::Task::RUNNING : pb::Task::COMPLETED;
  if (job_id == task.stop_job().id()) return acked ? pb::Task::STOPPING : pb::Task::STOPPED;
  return std::nullopt;  // watch counts only where it is the main job
}

}  // namespace

void AdvanceTask(state::Txn& txn, const pb::Job& job, Change::Report report) {
  if (report == Change::Report::kNone || job.task().id().empty()) return;
  std::string key = absl::AsciiStrToLower(job.task().id());
  auto task = txn.Get<pb::Task>(key);
  if (task == nullptr) return;
  BoundWait(txn, *task, job, report);
  std::optional<pb::Task::State> next = NextState(*task, job.id(), report == Change::Report::kAcked);
  if (!next || *next == task->job_state()) return;
  pb::Task changed = *task;
  changed.set_job_state(*next);
  txn.Put(key, std::move(changed));
}

}  // namespace waypoint::jobs
