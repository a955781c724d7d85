#include "server/jobs/step.h"

#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/jobs/batch_check.h"
#include "server/jobs/job_retention.h"
#include "server/jobs/knowledge.h"
#include "server/jobs/task_progress.h"
#include "state/arena_record.h"

namespace waypoint::jobs {
namespace {

bool AllowsFailureOf(const pb::Job& job, const std::string& id) {
  for (const std::string& allowed : job.depends_on_allow_failure()) {
    if (absl::EqualsIgnoreCase(allowed, id)) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const pb::Job>> Step::Get(const std::string& job_id) const {
  auto job = txn_.Get<pb::Job>(job_id);
  if (job == nullptr) return absl::NotFoundError(absl::StrCat("there is no job with id ", job_id));
  return job;
}

absl::Status Step::Create(std::vector<pb::Job> jobs) {
  RETURN_IF_ERROR(CheckBatch(
      jobs, [this](const std::string& id) { return txn_.Get<pb::Job>(id) != nullptr || WasDeleted(txn_, id); }));
  for (pb::Job& job : jobs) {
    Enqueue(job, txn_.now());
    if (!job.singleton_id().empty()) RETURN_IF_ERROR(ReplaceSingleton(job));
    std::string id = job.id();
    txn_.Put(id, std::move(job));
  }
  return absl::OkStatus();
}

absl::Status Step::ReplaceSingleton(pb::Job& job) {
  std::optional<std::string> old_id = book_.index.QueuedSingleton(job.singleton_id());
  if (!old_id) return absl::OkStatus();
  if (auto old_job = txn_.Get<pb::Job>(*old_id)) *job.mutable_queue_time() = old_job->queue_time();
  return Apply(*old_id, event::Replaced{job.id()});
}

absl::Status Step::Apply(const std::string& job_id, const JobEvent& event) {
  ASSIGN_OR_RETURN(std::shared_ptr<const pb::Job> job, Get(job_id));
  ASSIGN_OR_RETURN(Change change, jobs::Apply({*job, book_.LeaseOf(job_id).number}, event, txn_.now()));
  return Commit(*job, std::move(change));
}

absl::Status Step::Commit(const pb::Job& before, Change change) {
  const std::string& id = before.id();  // the caller holds the record
  if (change.timer != Change::Timer::kKeep || change.lease_ends || change.make_output) Remember(id, change.lease_ends);
  SetTimer(id, change.timer);
  if (!change.job) return absl::OkStatus();
  TellHolder(before, *change.job);  // before the lease goes
  if (change.lease_ends) book_.SetLease(id, std::nullopt);
  if (change.make_output) book_.outputs[id] = std::make_shared<JobOutput>();
  AdvanceTask(txn_, *change.job, change.report);
  txn_.PutShared(id, change.job);
  return change.errored ? Cascade(*change.job) : absl::OkStatus();
}

absl::Status Step::Cascade(const pb::Job& failed) {
  std::string words = failed.error().message();
  if (failed.has_blocked() && words != failed.blocked().message()) {
    absl::StrAppend(&words, ": ", failed.blocked().message());
  }
  event::DependencyFailed event{failed.id(), std::move(words), std::nullopt};
  if (failed.has_cancel_time()) event.cancel_time = failed.cancel_time();
  for (const std::string& id : book_.index.Dependents(failed.id())) {
    auto dependent = txn_.Get<pb::Job>(id);
    if (dependent == nullptr || AllowsFailureOf(*dependent, failed.id())) continue;
    RETURN_IF_ERROR(Apply(id, event));
  }
  return absl::OkStatus();
}

absl::Status Step::Edit(const std::string& job_id, absl::FunctionRef<void(pb::Job&)> edit) {
  ASSIGN_OR_RETURN(std::shared_ptr<const pb::Job> job, Get(job_id));
  std::shared_ptr<pb::Job> changed = state::CopyRecord(*job);
  edit(*changed);
  txn_.PutShared(job_id, std::move(changed));
  return absl::OkStatus();
}

// The stream that holds the job hears of each cancel, and of an end that it did not make itself.
void Step::TellHolder(const pb::Job& before, const pb::Job& after) {
  LeaseState lease = book_.LeaseOf(after.id());
  if (lease.worker == 0 || !after.has_cancel_time()) return;
  bool news = !before.has_cancel_time() || FromTimestamp(before.cancel_time()) != FromTimestamp(after.cancel_time()) ||
              IsTerminal(after.state());
  if (!news || after.has_complete_time()) return;
  After([this_book = &book_, worker = lease.worker, after] {
    if (Worker* holder = this_book->fleet.Find(worker)) holder->Cancelled(after);
  });
}

void Step::Remember(const std::string& job_id, bool with_lease) {
  if (remembered_ == job_id && (remembered_lease_ || !with_lease)) return;
  remembered_ = job_id;
  remembered_lease_ = with_lease;
  txn_.OnUndo(
      [this_book = &book_, job_id, before = book_.EntryOf(job_id, with_lease)] { this_book->Restore(job_id, before); });
}

void Step::SetTimer(const std::string& job_id, Change::Timer timer) {
  switch (timer) {
    case Change::Timer::kKeep:
      return;
    case Change::Timer::kStop:
      return book_.deadlines.Set(job_id, std::nullopt);
    case Change::Timer::kAck:
      return book_.deadlines.Set(job_id, txn_.now() + kAckTimeout);
    case Change::Timer::kHeartbeat:
      return book_.deadlines.Set(job_id, txn_.now() + book_.LeaseOf(job_id).heartbeat_timeout);
  }
}

void Step::RecheckAdoption(const std::string& runner_id) {
  for (WorkerId worker : book_.fleet.WaitingOf(runner_id)) RunnerMayWork(worker);
}

void Step::Match() {
  for (const std::string& target : book_.index.TakeFreshTargets()) {
    while (book_.index.HasFree(target)) {
      std::optional<WorkerId> worker = book_.fleet.Pick(target, book_.index.TargetLabels(target));
      if (!worker) break;
      AssignBest(*worker);
      if (book_.fleet.IsWaiting(*worker)) break;  // could not be helped; the next change tries again
    }
  }
}

void Step::AssignBest(WorkerId worker) {
  if (!RunnerMayWork(worker)) return;
  std::optional<std::string> job_id = book_.index.Best(*book_.fleet.RunnerOf(worker));
  if (!job_id || !Assign(worker, *job_id).ok()) book_.fleet.Wait(worker);
}

// Adoption is checked at each wake-up. A record that was deleted does not fail a waiting stream.
bool Step::RunnerMayWork(WorkerId worker) {
  auto runner = txn_.Get<pb::Runner>(book_.fleet.RunnerOf(worker)->id);
  if (runner == nullptr || runner->adoption_state() == pb::Runner::ADOPTED ||
      runner->adoption_state() == pb::Runner::PREADOPTED) {
    return true;
  }
  book_.fleet.StopWaiting(worker);
  After([this_book = &book_, worker] {
    if (Worker* waiting = this_book->fleet.Find(worker)) {
      waiting->Evicted(absl::FailedPreconditionError("the runner is not adopted (any more)"));
    }
  });
  return false;
}

absl::Status Step::Assign(WorkerId worker, const std::string& job_id) {
  const RunnerView runner = *book_.fleet.RunnerOf(worker);
  ASSIGN_OR_RETURN(std::shared_ptr<const pb::Job> job, Get(job_id));
  Verdict verdict = Consider(*job, Knowledge(txn_, book_, &runner), txn_.now());
  if (const auto* blocked = std::get_if<Blocked>(&verdict)) return absl::InternalError(blocked->message());
  LeaseState lease{++book_.last_lease, worker, book_.fleet.SilenceOf(worker)};
  Remember(job_id, true);
  RETURN_IF_ERROR(Apply(job_id, event::Assign{runner.id}));
  book_.SetLease(job_id, lease);
  book_.fleet.StopWaiting(worker);
  txn_.OnUndo([this_book = &book_, worker] { this_book->fleet.Wait(worker); });
  After([this_book = &book_, worker, lease, job = txn_.Get<pb::Job>(job_id), sources = sources_(txn_, *job)] {
    if (Worker* assigned = this_book->fleet.Find(worker)) assigned->Assigned(*job, lease.number, sources);
  });
  return absl::OkStatus();
}

}  // namespace waypoint::jobs
