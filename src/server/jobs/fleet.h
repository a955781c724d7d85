// Who is connected: runners by their RunnerConfig stream, and workers, each one RunnerJobStream that asks
// for a job or holds one (jobs-and-runners.md 4, 7).
//
// Owns:    memory only, nothing of it is stored. Workers themselves belong to their transport.
// Threads: the loop.
// Errors:  none.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/jobs/target.h"
#include "waypoint/record.pb.h"
#include "waypoint/runner.pb.h"

namespace waypoint::jobs {

using WorkerId = uint64_t;  // 0: none

// One RunnerJobStream, as the book-keeper speaks to it. Everything it is told is durable.
class Worker {
 public:
  virtual ~Worker() = default;
  virtual void Assigned(const pb::Job& job, uint64_t lease, const std::vector<pb::ConfigSource>& sources) = 0;
  // The job that this worker holds was cancelled, gracefully or by force.
  virtual void Cancelled(const pb::Job& job) = 0;
  // The stream can't go on: its runner is not adopted any more, or another stream took the job over.
  virtual void Evicted(absl::Status why) = 0;
};

class Fleet {
 public:
  // Runners. The number tells one registration of an id from the next one.
  uint64_t Online(const pb::Runner& runner);
  void Offline(const std::string& id, uint64_t registration);
  size_t online() const { return online_.size(); }
  size_t waiting() const { return waiting_.size(); }
  bool IsOnline(const std::string& id) const { return online_.count(id) > 0; }
  bool IsCurrent(const std::string& id, uint64_t registration) const;
  void SetAdoption(const std::string& id, pb::Runner::AdoptionState state);

  // `silence`: after how long without a heartbeat its job counts as lost.
  WorkerId Join(Worker* worker, RunnerView runner, absl::Duration silence);
  void Leave(WorkerId id);
  Worker* Find(WorkerId id) const;
  const RunnerView* RunnerOf(WorkerId id) const;
  absl::Duration SilenceOf(WorkerId id) const;

  // A worker that left is not made to wait again.
  void Wait(WorkerId id);
  void StopWaiting(WorkerId id);
  bool IsWaiting(WorkerId id) const { return waiting_.count(id) > 0; }
  std::vector<WorkerId> WaitingOf(const std::string& runner_id) const;
  std::vector<WorkerId> AllWaiting() const { return {waiting_.begin(), waiting_.end()}; }

  // The worker that waits longest and may take jobs of this target.
  std::optional<WorkerId> Pick(const std::string& target_key, const Labels& labels) const;

  struct Member {
    RunnerView view;
    bool adopted = true;
    bool idle = false;
  };
  // Connected runners in order of their ids.
  void ForEach(absl::FunctionRef<bool(const Member&)> each) const;

 private:
  struct Registration {
    uint64_t number;
    RunnerView view;
    bool adopted;
  };
  struct Seat {
    Worker* worker;
    RunnerView runner;
    absl::Duration silence;
  };
  void Index(WorkerId id, const RunnerView& runner, bool waits);

  uint64_t last_ = 0;
  std::map<std::string, Registration> online_;
  std::map<WorkerId, Seat> workers_;
  std::set<WorkerId> waiting_;
  std::set<WorkerId> waiting_for_any_;
  std::map<std::string, std::set<WorkerId>> waiting_by_runner_;
  std::map<std::pair<std::string, std::string>, std::set<WorkerId>> waiting_by_label_;
};

}  // namespace waypoint::jobs
