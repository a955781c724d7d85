// One transaction over jobs: records and the book change together, or not at all.
//
// Owns:    what must be told once the transaction is durable.
// Threads: the loop; lives within Engine::Update.
// Errors:  NotFound for a job that is unknown or pruned; else those of the machine (machine.h).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/jobs/book.h"
#include "server/jobs/machine.h"
#include "state/store.h"

namespace waypoint::jobs {

// The configuration sources that go along with an assignment (logs-exec-entrypoint.md 10).
using SourcesOf = std::function<std::vector<pb::ConfigSource>(const state::View&, const pb::Job&)>;

class Step {
 public:
  Step(state::Txn& txn, Book& book, const SourcesOf& sources) : txn_(txn), book_(book), sources_(sources) {}

  state::Txn& txn() { return txn_; }
  const Book& book() const { return book_; }

  absl::StatusOr<std::shared_ptr<const pb::Job>> Get(const std::string& job_id) const;
  // All or none; checks dependencies, resolves singletons. Ids must be set. (spec 3.2, 3.3)
  absl::Status Create(std::vector<pb::Job> jobs);
  // The event and all that follows from it in this transaction.
  absl::Status Apply(const std::string& job_id, const JobEvent& event);
  // Changes fields that are no matter of the machine.
  absl::Status Edit(const std::string& job_id, absl::FunctionRef<void(pb::Job&)> edit);

  // Lets waiting workers and free jobs meet. Called last in every Update.
  void Match();
  void AssignBest(WorkerId worker);
  // Ends the waiting streams of a runner that is not adopted any more.
  void RecheckAdoption(const std::string& runner_id);

  // Runs once everything in this step is durable.
  void After(std::function<void()> effect) { effects_.push_back(std::move(effect)); }
  std::vector<std::function<void()>> TakeEffects() { return std::exchange(effects_, {}); }

 private:
  absl::Status Assign(WorkerId worker, const std::string& job_id);
  bool RunnerMayWork(WorkerId worker);
  absl::Status Commit(const pb::Job& before, Change change);
  absl::Status Cascade(const pb::Job& failed);
  absl::Status CheckDependencies(const std::vector<pb::Job>& jobs) const;
  absl::Status ReplaceSingleton(pb::Job& job);
  // The way back, before the first change to what the book says of this job.
  void Remember(const std::string& job_id, bool with_lease);
  void SetTimer(const std::string& job_id, Change::Timer timer);
  void TellHolder(const pb::Job& before, const pb::Job& after);

  state::Txn& txn_;
  Book& book_;
  const SourcesOf& sources_;
  std::vector<std::function<void()>> effects_;
  std::string remembered_;  // the last one, of all jobs of this step
  bool remembered_lease_ = false;
};

}  // namespace waypoint::jobs
