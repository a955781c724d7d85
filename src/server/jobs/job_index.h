// What the book-keeper must find without looking at all jobs: derived from the job table only.
//
// Owns:    queues by target of QUEUED jobs whose dependencies are done, split by app lock; lock holders;
//          dependents; singletons; expiry times; all ids (spec 3, 4, 16).
// Threads: the store's.
// Errors:  none. Changed(a, b) is exactly undone by Changed(b, a), in any order of jobs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "server/jobs/target.h"
#include "state/store.h"
#include "waypoint/record.pb.h"

namespace waypoint::jobs {

// Oldest first; the id decides a tie.
using QueuePosition = std::pair<int64_t, std::string>;  // nanoseconds, job id

class JobIndex : public state::Index {
 public:
  state::Table table() const override { return state::Table::kJob; }
  void Changed(const std::string& key, const state::Message* before, const state::Message* after) override;
  std::string DebugDump() const override;

  // The oldest job of this target that is free to start.
  std::optional<QueuePosition> Head(const std::string& target_key) const;
  // The oldest job free to start that this runner may take.
  std::optional<std::string> Best(const RunnerView& runner) const;
  // Any QUEUED job for the runner, free to start or not (spec 4, peek).
  std::optional<std::string> Peek(const RunnerView& runner) const;
  // Targets that got a new head since the last call.
  std::set<std::string> TakeFreshTargets() { return std::exchange(fresh_, {}); }
  std::set<std::string> AllTargets() const;
  Labels TargetLabels(const std::string& target_key) const;

  std::optional<std::string> LockHolder(const std::string& lock_key) const;
  // QUEUED jobs that depend on this one.
  std::vector<std::string> Dependents(const std::string& id) const;
  bool Unfinished(const std::string& id) const { return unfinished_.contains(id); }
  std::optional<std::string> QueuedSingleton(const std::string& singleton_id) const;
  std::optional<std::pair<absl::Time, std::string>> NextExpiry() const;
  // Ids in WAITING or RUNNING, in order.
  std::vector<std::string> Live() const;
  // Those of one runner, and any one of them.
  std::vector<std::string> LiveJobsOf(const std::string& runner_id) const;
  std::optional<std::string> LiveJobOf(const std::string& runner_id) const;
  size_t queued() const { return queued_.size(); }

  // All ids in order.
  const std::set<std::string>& known() const { return known_; }
  bool Known(const std::string& id) const { return known_.count(id) > 0; }
  // Finished jobs with the smallest ids; with `before`, only ids smaller than that.
  std::vector<std::string> OldestFinished(size_t at_most, const std::optional<std::string>& before) const;
  // Those in ERROR, then those in SUCCESS, each oldest first.
  std::vector<std::string> FailedFirst(size_t at_most) const;

 private:
  struct Queued {
    QueuePosition position;
    std::string target, lane;
    std::vector<std::string> depends_on;
    bool ready = false;
  };
  struct TargetQueue {
    Labels labels;
    std::map<std::string, std::set<QueuePosition>> lanes;   // by lock key
    std::set<std::pair<QueuePosition, std::string>> heads;  // the first of each lane whose lock is free
  };

  void Remove(const pb::Job& job);
  void Add(const pb::Job& job);
  void AddQueued(const pb::Job& job);
  void RemoveQueued(const pb::Job& job);
  void Recheck(Queued& queued);
  void RecheckDependents(const std::string& id);
  void Insert(const Queued& queued);
  void Erase(const Queued& queued);
  void RefreshHead(const std::string& target, const std::string& lane);
  void RefreshLane(const std::string& lane);
  void Hold(const pb::Job& job, bool hold);
  template <typename Each>
  void ForEachQueueOf(const RunnerView& runner, Each each) const;

  std::map<std::string, TargetQueue> queues_;
  std::map<std::string, std::set<std::string>> lane_targets_;
  std::map<std::string, std::string> label_targets_;  // target key -> itself; those with labels only
  absl::flat_hash_map<std::string, Queued> queued_;
  std::map<std::string, std::set<QueuePosition>> all_by_target_;  // also those not free
  absl::flat_hash_map<std::string, pb::Job::State> unfinished_;
  std::set<std::string> live_;
  std::map<std::string, std::set<std::string>> live_by_runner_;
  std::map<std::string, std::set<std::string>> dependents_;
  std::map<std::string, std::set<std::string>> holders_;
  std::map<std::string, std::set<std::string>> singletons_;
  std::set<std::pair<absl::Time, std::string>> expiry_;
  std::set<std::string> fresh_;
  std::set<std::string> known_, errored_, succeeded_;
};

}  // namespace waypoint::jobs
