#include "server/common/operation_index.h"

#include "absl/strings/str_cat.h"

namespace waypoint::server {
namespace {

ListPosition PositionOf(const std::string& id, std::optional<int64_t> time) {
  return {time ? -*time : std::numeric_limits<int64_t>::max(), id};
}

}  // namespace

void OperationIndex::Changed(const std::string& key, const state::Message* before, const state::Message* after) {
  if (before != nullptr) Remove(key);
  if (after != nullptr) Add(key, FactsOf(table_, *after));
}

void OperationIndex::Add(const std::string& id, OperationFacts facts) {
  Application& app = applications_[facts.application];
  app.by_start.insert(PositionOf(id, facts.start));
  app.by_complete.insert(PositionOf(id, facts.complete));
  if (facts.sequence != 0) app.by_sequence.insert({facts.sequence, id});
  if (!facts.generation.empty()) app.generations[facts.generation].insert(facts.sequence);
  if (!facts.target.empty()) by_target_[facts.target].insert(id);
  facts_[id] = std::move(facts);
}

void OperationIndex::Remove(const std::string& id) {
  auto it = facts_.find(id);
  if (it == facts_.end()) return;  // forgotten
  const OperationFacts& facts = it->second;
  auto app_it = applications_.find(facts.application);
  Application& app = app_it->second;
  app.by_start.erase(PositionOf(id, facts.start));
  app.by_complete.erase(PositionOf(id, facts.complete));
  app.by_sequence.erase({facts.sequence, id});
  if (auto generation = app.generations.find(facts.generation); generation != app.generations.end()) {
    generation->second.erase(facts.sequence);
    if (generation->second.empty()) app.generations.erase(generation);
  }
  if (auto target = by_target_.find(facts.target); target != by_target_.end()) {
    target->second.erase(id);
    if (target->second.empty()) by_target_.erase(target);
  }
  if (app.by_start.empty()) applications_.erase(app_it);
  facts_.erase(it);
}

const std::set<ListPosition>* OperationIndex::Ordered(const std::string& application, OperationTime by) const {
  auto it = applications_.find(application);
  if (it == applications_.end()) return nullptr;
  return by == OperationTime::kStart ? &it->second.by_start : &it->second.by_complete;
}

void OperationIndex::ForEach(const std::string& application, OperationTime by, const ListPosition* after,
                             Each each) const {
  const std::set<ListPosition>* ordered = Ordered(application, by);
  if (ordered == nullptr) return;
  for (auto it = after == nullptr ? ordered->begin() : ordered->upper_bound(*after); it != ordered->end(); ++it) {
    if (!each(*it, facts_.find(it->id)->second)) return;
  }
}

void OperationIndex::ForEachBackward(const std::string& application, OperationTime by, const ListPosition& before,
                                     Each each) const {
  const std::set<ListPosition>* ordered = Ordered(application, by);
  if (ordered == nullptr) return;
  for (auto it = ordered->lower_bound(before); it != ordered->begin();) {
    --it;
    if (!each(*it, facts_.find(it->id)->second)) return;
  }
}

const OperationFacts* OperationIndex::Find(const std::string& id) const {
  auto it = facts_.find(id);
  return it == facts_.end() ? nullptr : &it->second;
}

std::optional<std::string> OperationIndex::BySequence(const std::string& application, uint64_t sequence) const {
  auto app = applications_.find(application);
  if (app == applications_.end() || sequence == 0) return std::nullopt;
  auto it = app->second.by_sequence.lower_bound({sequence, ""});
  if (it == app->second.by_sequence.end() || it->first != sequence) return std::nullopt;
  return it->second;
}

uint64_t OperationIndex::NextSequence(const std::string& application) const {
  auto app = applications_.find(application);
  return app == applications_.end() || app->second.by_sequence.empty() ? 1
                                                                       : app->second.by_sequence.rbegin()->first + 1;
}

std::optional<uint64_t> OperationIndex::InitialSequence(const std::string& application,
                                                        const std::string& generation) const {
  auto app = applications_.find(application);
  if (app == applications_.end()) return std::nullopt;
  auto it = app->second.generations.find(generation);
  if (it == app->second.generations.end()) return std::nullopt;
  return *it->second.begin();
}

std::vector<std::string> OperationIndex::OfTarget(const std::string& target) const {
  auto it = by_target_.find(target);
  return it == by_target_.end() ? std::vector<std::string>()
                                : std::vector<std::string>(it->second.begin(), it->second.end());
}

std::vector<std::string> OperationIndex::OfApplication(const std::string& application) const {
  std::vector<std::string> ids;
  ForEach(application, OperationTime::kStart, nullptr, [&](const ListPosition& position, const OperationFacts&) {
    ids.push_back(position.id);
    return true;
  });
  return ids;
}

std::vector<std::string> OperationIndex::Lowest(size_t count) const {
  std::vector<std::string> ids;
  for (auto it = facts_.begin(); it != facts_.end() && ids.size() < count; ++it) ids.push_back(it->first);
  return ids;
}

void OperationIndex::KeepHighest(size_t count) {
  while (facts_.size() > count) Remove(std::string(facts_.begin()->first));
}

std::string OperationIndex::DebugDump() const {
  std::string text;
  for (const auto& [key, app] : applications_) {
    absl::StrAppend(&text, state::TableName(table_), " of ", key, ":");
    for (const ListPosition& position : app.by_complete) absl::StrAppend(&text, " ", position.rank, "/", position.id);
    for (const auto& [sequence, id] : app.by_sequence) absl::StrAppend(&text, " ", sequence, "=", id);
    for (const auto& [generation, sequences] : app.generations) {
      absl::StrAppend(&text, " ", generation, "*", sequences.size());
    }
    absl::StrAppend(&text, "\n");
  }
  for (const auto& [target, ids] : by_target_) absl::StrAppend(&text, target, "*", ids.size(), "\n");
  return text;
}

}  // namespace waypoint::server
