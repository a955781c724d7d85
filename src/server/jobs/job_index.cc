#include "server/jobs/job_index.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/jobs/machine.h"

namespace waypoint::jobs {
namespace {

bool IsLive(const pb::Job& job) { return job.state() == pb::Job::WAITING || job.state() == pb::Job::RUNNING; }

// Erases an element, and the whole set once it is empty.
template <typename Map, typename Key, typename Value>
void EraseFrom(Map& map, const Key& key, const Value& value) {
  auto it = map.find(key);
  if (it == map.end()) return;
  it->second.erase(value);
  if (it->second.empty()) map.erase(it);
}

}  // namespace

void JobIndex::Changed(const std::string& key, const state::Message* before, const state::Message* after) {
  const auto* old_job = static_cast<const pb::Job*>(before);
  const auto* new_job = static_cast<const pb::Job*>(after);
  const bool stays_live = old_job != nullptr && new_job != nullptr && IsLive(*old_job) && IsLive(*new_job) &&
                          old_job->assigned_runner().id() == new_job->assigned_runner().id() &&
                          LockKey(*old_job) == LockKey(*new_job);
  if (old_job != nullptr) Remove(*old_job, stays_live);
  // What other jobs think of this one changes less often than the job itself.
  const bool was_open = old_job != nullptr && !IsTerminal(old_job->state());
  const bool is_open = new_job != nullptr && !IsTerminal(new_job->state());
  if (was_open != is_open) {
    is_open ? (void)unfinished_.insert(key) : (void)unfinished_.erase(key);
    RecheckDependents(key);
  }
  // Ids ascend with time, so the end is nearly always the place.
  if (old_job == nullptr) known_.insert(known_.end(), key);
  if (new_job == nullptr) known_.erase(key);
  if (new_job != nullptr) Add(*new_job, stays_live);
}

void JobIndex::Add(const pb::Job& job, bool was_live) {
  if (job.state() == pb::Job::ERROR) errored_.insert(errored_.end(), job.id());
  if (job.state() == pb::Job::SUCCESS) succeeded_.insert(succeeded_.end(), job.id());
  if (IsTerminal(job.state())) return;
  if (job.state() == pb::Job::QUEUED) AddQueued(job);
  if (IsLive(job) && !was_live) AddLive(job);
  bool can_expire = job.state() != pb::Job::RUNNING && job.has_expire_time();
  // A waiting job that was told to stop has nothing more to expire.
  if (can_expire && !(IsLive(job) && job.has_cancel_time())) {
    expiry_.emplace(FromTimestamp(job.expire_time()), job.id());
  }
}

void JobIndex::Remove(const pb::Job& job, bool stays_live) {
  if (job.state() == pb::Job::ERROR) errored_.erase(job.id());
  if (job.state() == pb::Job::SUCCESS) succeeded_.erase(job.id());
  if (IsTerminal(job.state())) return;
  if (job.state() == pb::Job::QUEUED) RemoveQueued(job);
  if (IsLive(job) && !stays_live) RemoveLive(job);
  if (job.has_expire_time()) expiry_.erase({FromTimestamp(job.expire_time()), job.id()});
}

void JobIndex::AddLive(const pb::Job& job) {
  live_by_runner_[job.assigned_runner().id()].insert(job.id());
  Hold(job, true);
}

void JobIndex::RemoveLive(const pb::Job& job) {
  EraseFrom(live_by_runner_, job.assigned_runner().id(), job.id());
  Hold(job, false);
}

void JobIndex::AddQueued(const pb::Job& job) {
  const auto queue = queues_.try_emplace(TargetKey(job.target_runner())).first;
  if (queue->second.labels.empty() && job.target_runner().has_labels()) {
    queue->second.labels = LabelsOf(job.target_runner());
    label_targets_[queue->first] = queue->first;
  }
  const auto it = queued_.try_emplace(job.id()).first;
  Queued& queued = it->second;
  queued.position = {absl::ToUnixNanos(FromTimestamp(job.queue_time())), &it->first};
  queued.queue = queue;
  queued.lane = LockKey(job);
  queued.depends_on.assign(job.depends_on().begin(), job.depends_on().end());
  for (const std::string& id : queued.depends_on) dependents_[id].insert(job.id());
  if (!job.singleton_id().empty()) singletons_[absl::AsciiStrToLower(job.singleton_id())].insert(job.id());
  queue->second.all.insert(queued.position);
  Recheck(queued);
}

void JobIndex::RemoveQueued(const pb::Job& job) {
  const auto it = queued_.find(job.id());
  if (it == queued_.end()) return;
  const Queued& queued = it->second;
  const Queues::iterator queue = queued.queue;
  if (queued.ready) Erase(queued);
  queue->second.all.erase(queued.position);
  for (const std::string& id : queued.depends_on) EraseFrom(dependents_, id, job.id());
  if (!job.singleton_id().empty()) EraseFrom(singletons_, absl::AsciiStrToLower(job.singleton_id()), job.id());
  queued_.erase(it);
  if (queue->second.all.empty()) {
    label_targets_.erase(queue->first);
    queues_.erase(queue);
  }
}

void JobIndex::Recheck(Queued& queued) {
  bool ready = std::none_of(queued.depends_on.begin(), queued.depends_on.end(),
                            [this](const std::string& id) { return unfinished_.contains(id); });
  if (ready == queued.ready) return;
  queued.ready = ready;
  ready ? Insert(queued) : Erase(queued);
}

void JobIndex::RecheckDependents(const std::string& id) {
  auto it = dependents_.find(id);
  if (it == dependents_.end()) return;
  for (const std::string& dependent : it->second) {
    if (auto queued = queued_.find(dependent); queued != queued_.end()) Recheck(queued->second);
  }
}

void JobIndex::Insert(const Queued& queued) {
  queued.queue->second.lanes[queued.lane].insert(queued.position);
  if (!queued.lane.empty()) lane_targets_[queued.lane].insert(queued.queue->first);
  RefreshHead(queued.queue, queued.lane);
}

void JobIndex::Erase(const Queued& queued) {
  TargetQueue& queue = queued.queue->second;
  auto lane = queue.lanes.find(queued.lane);
  if (lane == queue.lanes.end()) return;
  queue.heads.erase({*lane->second.begin(), queued.lane});
  lane->second.erase(queued.position);
  if (lane->second.empty()) {
    queue.lanes.erase(lane);
    if (!queued.lane.empty()) EraseFrom(lane_targets_, queued.lane, queued.queue->first);
    return;
  }
  RefreshHead(queued.queue, queued.lane);
}

// The first of a lane stands among the heads while the lock is free. An insertion in front displaces the old first.
void JobIndex::RefreshHead(Queues::iterator queue, const std::string& lane) {
  const std::set<Position>& jobs = queue->second.lanes[lane];
  auto& heads = queue->second.heads;
  auto first = jobs.begin();
  if (auto second = std::next(first); second != jobs.end()) heads.erase({*second, lane});
  bool locked = !lane.empty() && holders_.count(lane);
  if (locked) {
    heads.erase({*first, lane});
  } else if (heads.insert({*first, lane}).second) {
    fresh_.insert(queue->first);
  }
}

void JobIndex::RefreshLane(const std::string& lane) {
  auto it = lane_targets_.find(lane);
  if (it == lane_targets_.end()) return;
  for (const std::string& target : it->second) RefreshHead(queues_.find(target), lane);
}

void JobIndex::Hold(const pb::Job& job, bool hold) {
  std::string lane = LockKey(job);
  if (lane.empty()) return;
  if (hold) {
    holders_[lane].insert(job.id());
  } else {
    EraseFrom(holders_, lane, job.id());
  }
  RefreshLane(lane);
}

template <typename Each>
void JobIndex::ForEachQueueOf(const RunnerView& runner, Each each) const {
  auto one = [&](const std::string& target) {
    if (auto it = queues_.find(target); it != queues_.end()) each(it->second);
  };
  one("id/" + runner.id);
  if (runner.by_id_only) return;
  one("any");
  for (const auto& [target, same] : label_targets_) {
    const Labels& wanted = queues_.at(target).labels;
    bool fits = !wanted.empty() && std::all_of(wanted.begin(), wanted.end(), [&](const auto& label) {
      auto it = runner.labels.find(label.first);
      return it != runner.labels.end() && it->second == label.second;
    });
    if (fits) one(target);
  }
}

bool JobIndex::HasFree(const std::string& target_key) const {
  auto it = queues_.find(target_key);
  return it != queues_.end() && !it->second.heads.empty();
}

std::optional<std::string> JobIndex::Best(const RunnerView& runner) const {
  const Position* best = nullptr;
  ForEachQueueOf(runner, [&](const TargetQueue& queue) {
    if (queue.heads.empty()) return;
    const Position& head = queue.heads.begin()->first;
    if (best == nullptr || head < *best) best = &head;
  });
  if (best == nullptr) return std::nullopt;
  return *best->id;
}

std::optional<std::string> JobIndex::Peek(const RunnerView& runner) const {
  const Position* best = nullptr;
  ForEachQueueOf(runner, [&](const TargetQueue& queue) {
    if (best == nullptr || *queue.all.begin() < *best) best = &*queue.all.begin();
  });
  if (best == nullptr) return std::nullopt;
  return *best->id;
}

std::set<std::string> JobIndex::AllTargets() const {
  std::set<std::string> all;
  for (const auto& [target, queue] : queues_) all.insert(target);
  return all;
}

Labels JobIndex::TargetLabels(const std::string& target_key) const {
  auto it = queues_.find(target_key);
  return it == queues_.end() ? Labels() : it->second.labels;
}

std::optional<std::string> JobIndex::LockHolder(const std::string& lock_key) const {
  auto it = holders_.find(lock_key);
  if (it == holders_.end()) return std::nullopt;
  return *it->second.begin();
}

std::vector<std::string> JobIndex::Dependents(const std::string& id) const {
  auto it = dependents_.find(id);
  if (it == dependents_.end()) return {};
  return std::vector<std::string>(it->second.begin(), it->second.end());
}

std::optional<std::string> JobIndex::QueuedSingleton(const std::string& singleton_id) const {
  auto it = singletons_.find(absl::AsciiStrToLower(singleton_id));
  if (it == singletons_.end()) return std::nullopt;
  return *it->second.begin();
}

std::optional<std::pair<absl::Time, std::string>> JobIndex::NextExpiry() const {
  if (expiry_.empty()) return std::nullopt;
  return *expiry_.begin();
}

std::vector<std::string> JobIndex::Live() const {
  std::vector<std::string> live;
  for (const auto& [runner, ids] : live_by_runner_) live.insert(live.end(), ids.begin(), ids.end());
  std::sort(live.begin(), live.end());
  return live;
}

std::vector<std::string> JobIndex::LiveJobsOf(const std::string& runner_id) const {
  auto it = live_by_runner_.find(runner_id);
  if (it == live_by_runner_.end()) return {};
  return std::vector<std::string>(it->second.begin(), it->second.end());
}

std::optional<std::string> JobIndex::LiveJobOf(const std::string& runner_id) const {
  auto it = live_by_runner_.find(runner_id);
  if (it == live_by_runner_.end()) return std::nullopt;
  return *it->second.begin();
}

std::string JobIndex::DebugDump() const {
  std::string text = "job index";
  for (const auto& [target, queue] : queues_) {
    absl::StrAppend(&text, "\nqueue ", target);
    for (const auto& [lane, jobs] : queue.lanes) {
      absl::StrAppend(&text, " [", lane, "]");
      for (const Position& position : jobs) absl::StrAppend(&text, " ", position.nanos, ":", *position.id);
    }
    for (const auto& [position, lane] : queue.heads) absl::StrAppend(&text, " head ", *position.id);
    absl::StrAppend(&text, " of ", queue.all.size());
  }
  for (const auto& [lane, targets] : lane_targets_)
    absl::StrAppend(&text, "\nlane ", lane, " ", absl::StrJoin(targets, " "));
  for (const auto* map : {&live_by_runner_, &dependents_, &holders_, &singletons_}) {
    for (const auto& [key, ids] : *map) absl::StrAppend(&text, "\n", key, ": ", absl::StrJoin(ids, " "));
  }
  for (const auto& [time, id] : expiry_) absl::StrAppend(&text, "\nexpires ", absl::ToUnixNanos(time), " ", id);
  absl::StrAppend(&text, "\nunfinished ", unfinished_.size(), " queued ", queued_.size());
  return text;
}

std::vector<std::string> JobIndex::OldestFinished(size_t at_most, const std::optional<std::string>& before) const {
  std::vector<std::string> ids;
  auto failed = errored_.begin();
  auto succeeded = succeeded_.begin();
  while (ids.size() < at_most && (failed != errored_.end() || succeeded != succeeded_.end())) {
    const bool take_failed = succeeded == succeeded_.end() || (failed != errored_.end() && *failed < *succeeded);
    auto& next = take_failed ? failed : succeeded;
    if (before && *next >= *before) break;
    ids.push_back(*next++);
  }
  return ids;
}

std::vector<std::string> JobIndex::FailedFirst(size_t at_most) const {
  std::vector<std::string> ids;
  for (const std::set<std::string>* finished : {&errored_, &succeeded_}) {
    for (auto it = finished->begin(); it != finished->end() && ids.size() < at_most; ++it) ids.push_back(*it);
  }
  return ids;
}

}  // namespace waypoint::jobs
