// The book-keeper: runs transactions over jobs, lets jobs and runners meet, keeps time-outs
// (jobs-and-runners.md 2-7, 16).
//
// Owns:    the book (leases, deadlines, output), the timers for expiry and retries, what prunes old jobs.
// Threads: the loop; everything here is called there.
// Errors:  those of Step; Unavailable when a commit fails, after which waiting jobs are matched again.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "base/clock.h"
#include "base/ids.h"
#include "server/jobs/blocked.h"
#include "server/jobs/book.h"
#include "server/jobs/job_retention.h"
#include "server/jobs/step.h"
#include "state/store.h"

namespace waypoint::jobs {

struct EngineOptions {
  SourcesOf sources;  // none: those of the job's application and workspace
  server::RetentionOptions retention;
};

class Engine {
 public:
  Engine(state::Store& store, JobIndex& index, Clock& clock, IdSource& ids, EngineOptions options = {});
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // After the store was opened: new time-outs for jobs in WAITING and RUNNING, output for the latter. (spec 16)
  void Start();

  // One transaction; jobs that it frees are assigned in it. `done` once it is durable.
  void Update(absl::FunctionRef<absl::Status(Step&)> change, state::Done done);
  void Apply(const std::string& job_id, const JobEvent& event, state::Done done);

  state::Store& store() { return store_; }
  const JobIndex& index() const { return book_.index; }
  Clock& clock() { return clock_; }
  IdSource& ids() { return ids_; }
  Fleet& fleet() { return book_.fleet; }
  const Book& book() const { return book_; }

  // Workers. A worker that holds nothing may ask; Worker::Assigned answers.
  WorkerId Join(Worker* worker, const RunnerView& runner, absl::Duration silence);
  void Ask(WorkerId worker);
  // The runner is back. A job that it was assigned by a stream that is gone, and has not acknowledged, goes to whoever
  // asks if it does not attach to it soon: the assignment may never have reached it.
  void AwaitReattach(const state::View& view, const std::string& runner_id);
  // The lease of `job_id` passes to this worker; whoever had it is evicted. 0: the job is not this runner's.
  Lease TakeOver(WorkerId worker, const std::string& job_id);
  // The stream is gone: an assignment that it did not acknowledge goes back to the queue.
  void Leave(WorkerId worker);
  // Held, i.e. reports of this lease count.
  bool Holds(const std::string& job_id, Lease lease) const {
    return lease != 0 && book_.LeaseOf(job_id).number == lease;
  }

  std::vector<pb::ConfigSource> SourcesFor(const state::View& view, const pb::Job& job) const {
    return options_.sources(view, job);
  }

  void Heartbeat(const std::string& job_id, Lease lease);
  void Print(const std::string& job_id, Lease lease, std::vector<TerminalEvent> events);
  std::shared_ptr<JobOutput> OutputOf(const std::string& job_id) const { return book_.OutputOf(job_id); }

  // Why this QUEUED or WAITING job does not run; nothing if it may start or is in another state.
  std::optional<Blocked> Explain(const state::View& view, const pb::Job& job) const;
  // Told at most once a second, when reasons may have changed.
  using Listener = uint64_t;
  Listener OnReasonsChanged(std::function<void()> listener);
  void RemoveListener(Listener id);
  // The connected runners changed.
  void FleetChanged() { NoteReasons(); }

 private:
  void OnDue(const std::vector<std::string>& job_ids);
  void ArmExpiry();
  void OnExpiry();
  absl::Status Expire(Step& step, const std::string& job_id, int& reasons_left);
  void NoteReasons();
  void RetryMatch();

  state::Store& store_;
  Clock& clock_;
  IdSource& ids_;
  const EngineOptions options_;
  Book book_;
  Deadlines expiry_;
  Deadlines chores_;
  JobRetention retention_;
  std::map<Listener, std::function<void()>> listeners_;
  Listener last_listener_ = 0;
};

}  // namespace waypoint::jobs
