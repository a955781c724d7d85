#include "server/jobs/fleet.h"

#include <algorithm>
#include <utility>

namespace waypoint::jobs {
namespace {

bool MayWork(pb::Runner::AdoptionState state) {
  return state == pb::Runner::ADOPTED || state == pb::Runner::PREADOPTED;
}

template <typename Map, typename Key>
void Mark(Map& map, const Key& key, WorkerId id, bool present) {
  if (present) {
    map[key].insert(id);
    return;
  }
  auto it = map.find(key);
  if (it == map.end()) return;
  it->second.erase(id);
  if (it->second.empty()) map.erase(it);
}

}  // namespace

uint64_t Fleet::Online(const pb::Runner& runner) {
  online_[runner.id()] = {++last_, ViewOf(runner), MayWork(runner.adoption_state())};
  return last_;
}

void Fleet::Offline(const std::string& id, uint64_t registration) {
  if (IsCurrent(id, registration)) online_.erase(id);
}

bool Fleet::IsCurrent(const std::string& id, uint64_t registration) const {
  auto it = online_.find(id);
  return it != online_.end() && it->second.number == registration;
}

void Fleet::SetAdoption(const std::string& id, pb::Runner::AdoptionState state) {
  if (auto it = online_.find(id); it != online_.end()) it->second.adopted = MayWork(state);
}

WorkerId Fleet::Join(Worker* worker, RunnerView runner, absl::Duration silence) {
  workers_[++last_] = {worker, std::move(runner), silence};
  return last_;
}

void Fleet::Leave(WorkerId id) {
  StopWaiting(id);
  workers_.erase(id);
}

Worker* Fleet::Find(WorkerId id) const {
  auto it = workers_.find(id);
  return it == workers_.end() ? nullptr : it->second.worker;
}

const RunnerView* Fleet::RunnerOf(WorkerId id) const {
  auto it = workers_.find(id);
  return it == workers_.end() ? nullptr : &it->second.runner;
}

absl::Duration Fleet::SilenceOf(WorkerId id) const {
  auto it = workers_.find(id);
  return it == workers_.end() ? absl::InfiniteDuration() : it->second.silence;
}

void Fleet::Wait(WorkerId id) {
  auto it = workers_.find(id);
  if (it == workers_.end() || !waiting_.insert(id).second) return;
  Index(id, it->second.runner, true);
}

void Fleet::StopWaiting(WorkerId id) {
  if (waiting_.erase(id) == 0) return;
  Index(id, workers_.at(id).runner, false);
}

void Fleet::Index(WorkerId id, const RunnerView& runner, bool waits) {
  Mark(waiting_by_runner_, runner.id, id, waits);
  if (runner.by_id_only) return;
  waits ? (void)waiting_for_any_.insert(id) : (void)waiting_for_any_.erase(id);
  for (const auto& label : runner.labels) Mark(waiting_by_label_, label, id, waits);
}

std::vector<WorkerId> Fleet::WaitingOf(const std::string& runner_id) const {
  auto it = waiting_by_runner_.find(runner_id);
  if (it == waiting_by_runner_.end()) return {};
  return {it->second.begin(), it->second.end()};
}

std::optional<WorkerId> Fleet::Pick(const std::string& target_key, const Labels& labels) const {
  if (target_key == "any") {
    if (waiting_for_any_.empty()) return std::nullopt;
    return *waiting_for_any_.begin();
  }
  if (labels.empty()) {
    auto it =
        target_key.rfind("id/", 0) == 0 ? waiting_by_runner_.find(target_key.substr(3)) : waiting_by_runner_.end();
    if (it == waiting_by_runner_.end()) return std::nullopt;
    return *it->second.begin();
  }
  // The rarest label leaves the fewest to look at.
  const std::set<WorkerId>* rarest = nullptr;
  for (const auto& label : labels) {
    auto it = waiting_by_label_.find(label);
    if (it == waiting_by_label_.end()) return std::nullopt;
    if (rarest == nullptr || it->second.size() < rarest->size()) rarest = &it->second;
  }
  auto fits = std::find_if(rarest->begin(), rarest->end(), [&](WorkerId id) {
    const Labels& has = workers_.at(id).runner.labels;
    return std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
      auto it = has.find(label.first);
      return it != has.end() && it->second == label.second;
    });
  });
  if (fits == rarest->end()) return std::nullopt;
  return *fits;
}

void Fleet::ForEach(absl::FunctionRef<bool(const Member&)> each) const {
  // A worker without a registration (its RunnerConfig stream is just gone) still works.
  std::map<std::string, Member> members;
  for (const auto& [id, registration] : online_) members[id] = {registration.view, registration.adopted, false};
  for (const auto& [id, seat] : workers_) members.try_emplace(seat.runner.id, Member{seat.runner, true, false});
  for (auto& [id, member] : members) {
    member.idle = waiting_by_runner_.count(id) > 0;
    if (!each(member)) return;
  }
}

}  // namespace waypoint::jobs
