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

#include "absl/container/flat_hash_set.h"
#include "absl/container/node_hash_map.h"
#include "absl/time/time.h"
#include "server/jobs/target.h"
#include "state/store.h"
#include "waypoint/record.pb.h"

namespace waypoint::jobs {

class JobIndex : public state::Index {
 public:
  state::Table table() const override { return state::Table::kJob; }
  void Changed(const std::string& key, const state::Message* before, const state::Message* after) override;
  std::string DebugDump() const override;

  // A job of this target is free to start.
  bool HasFree(const std::string& target_key) const;
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
  // Oldest first; the id decides a tie.
  struct Position {
    int64_t nanos;
    const std::string* id;  // the key in queued_
    bool operator<(const Position& other) const { return nanos != other.nanos ? nanos < other.nanos : *id < *other.id; }
  };
  struct TargetQueue {
    Labels labels;
    std::set<Position> all;                            // also those that are not free to start
    std::map<std::string, std::set<Position>> lanes;   // by lock key
    std::set<std::pair<Position, std::string>> heads;  // the first of each lane whose lock is free
  };
  using Queues = std::map<std::string, TargetQueue>;
  struct Queued {
    Position position;
    Queues::iterator queue;
    std::string lane;
    std::vector<std::string> depends_on;
    bool ready = false;
  };

  void Remove(const pb::Job& job, bool stays_live);
  void Add(const pb::Job& job, bool was_live);
  void AddLive(const pb::Job& job);
  void RemoveLive(const pb::Job& job);
  void AddQueued(const pb::Job& job);
  void RemoveQueued(const pb::Job& job);
  void Recheck(Queued& queued);
  void RecheckDependents(const std::string& id);
  void Insert(const Queued& queued);
  void Erase(const Queued& queued);
  void RefreshHead(Queues::iterator queue, const std::string& lane);
  void RefreshLane(const std::string& lane);
  void Hold(const pb::Job& job, bool hold);
  template <typename Each>
  void ForEachQueueOf(const RunnerView& runner, Each each) const;

  Queues queues_;
  std::map<std::string, std::set<std::string>> lane_targets_;
  std::map<std::string, std::string> label_targets_;  // target key -> itself; those with labels only
  absl::node_hash_map<std::string, Queued> queued_;
  absl::flat_hash_set<std::string> unfinished_;
  std::map<std::string, std::set<std::string>> live_by_runner_;
  std::map<std::string, std::set<std::string>> dependents_;
  std::map<std::string, std::set<std::string>> holders_;
  std::map<std::string, std::set<std::string>> singletons_;
  std::set<std::pair<absl::Time, std::string>> expiry_;
  std::set<std::string> fresh_;
  std::set<std::string> known_, errored_, succeeded_;
};

}  // namespace waypoint::jobs
