// Finds operations of one kind without looking at their records: in the order of lists, by sequence, by
// generation, by target (server-and-state.md 8).
//
// Owns:    facts of every record of one table.
// Threads: the store's.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "server/common/operation_facts.h"
#include "state/store.h"

namespace waypoint::server {

enum class OperationTime { kStart, kComplete };

// A place in a list: newest first, records without the time last, ties by ascending id.
struct ListPosition {
  int64_t rank = std::numeric_limits<int64_t>::min();  // minus the time
  std::string id;
  auto operator<=>(const ListPosition&) const = default;
};

class OperationIndex : public state::Index {
 public:
  explicit OperationIndex(state::Table table) : table_(table) {}

  state::Table table() const override { return table_; }
  void Changed(const std::string& key, const state::Message* before, const state::Message* after) override;
  std::string DebugDump() const override;

  using Each = absl::FunctionRef<bool(const ListPosition& position, const OperationFacts& facts)>;
  // Records of the application behind `after` (all: nullptr), in list order, until `each` returns false.
  void ForEach(const std::string& application, OperationTime by, const ListPosition* after, Each each) const;
  // Records before `before`, nearest first.
  void ForEachBackward(const std::string& application, OperationTime by, const ListPosition& before, Each each) const;

  const OperationFacts* Find(const std::string& id) const;
  std::optional<std::string> BySequence(const std::string& application, uint64_t sequence) const;
  uint64_t NextSequence(const std::string& application) const;
  // The lowest sequence of the generation's records; nothing if there is none.
  std::optional<uint64_t> InitialSequence(const std::string& application, const std::string& generation) const;
  std::vector<std::string> OfTarget(const std::string& target) const;
  std::vector<std::string> OfApplication(const std::string& application) const;
  size_t size() const { return facts_.size(); }
  // The `count` lowest ids.
  std::vector<std::string> Lowest(size_t count) const;
  // Forgets all but the `count` highest ids: they stay stored, but nobody finds them.
  void KeepHighest(size_t count);

 private:
  struct Application {
    std::set<ListPosition> by_start, by_complete;
    std::set<std::pair<uint64_t, std::string>> by_sequence;
    std::map<std::string, std::set<uint64_t>> generations;
  };
  const std::set<ListPosition>* Ordered(const std::string& application, OperationTime by) const;
  void Add(const std::string& id, OperationFacts facts);
  void Remove(const std::string& id);

  const state::Table table_;
  std::map<std::string, OperationFacts> facts_;
  std::map<std::string, Application> applications_;
  std::map<std::string, std::set<std::string>> by_target_;
};

}  // namespace waypoint::server
