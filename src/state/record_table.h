// The records of one table in memory: walked in the order of their keys, found by key without a walk.
//
// Owns:    the records. A null record stays on disk.
// Threads: the store's.
// Errors:  none.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "state/store.h"

namespace waypoint::state {

class RecordTable {
 public:
  using Ordered = std::map<std::string, RecordPtr, std::less<>>;
  using iterator = Ordered::iterator;
  using const_iterator = Ordered::const_iterator;

  iterator find(absl::string_view key) {
    auto it = by_key_.find(key);
    return it == by_key_.end() ? ordered_.end() : *it;
  }
  const_iterator find(absl::string_view key) const {
    auto it = by_key_.find(key);
    return it == by_key_.end() ? ordered_.end() : const_iterator(*it);
  }
  // The key must be new. Keys mostly ascend with time: the end is nearly always the place.
  iterator insert(absl::string_view key, RecordPtr record) {
    const iterator it = append(key, std::move(record));
    by_key_.insert(it);
    return it;
  }
  // While loading, when nothing is looked up yet: all appended keys are found once index() was called.
  iterator append(absl::string_view key, RecordPtr record) {
    return ordered_.emplace_hint(ordered_.end(), std::string(key), std::move(record));
  }
  void index() {
    by_key_.reserve(ordered_.size());
    for (auto it = ordered_.begin(); it != ordered_.end(); ++it) by_key_.insert(it);
  }
  void erase(iterator it) {
    by_key_.erase(it);
    ordered_.erase(it);
  }

  iterator end() { return ordered_.end(); }
  const_iterator end() const { return ordered_.end(); }
  const_iterator lower_bound(absl::string_view key) const { return ordered_.lower_bound(key); }
  const_iterator upper_bound(absl::string_view key) const { return ordered_.upper_bound(key); }

 private:
  struct KeyOf {
    static absl::string_view Of(absl::string_view key) { return key; }
    static absl::string_view Of(const iterator& it) { return it->first; }
  };
  struct Hash {
    using is_transparent = void;
    template <typename K>
    size_t operator()(const K& key) const {
      return absl::Hash<absl::string_view>()(KeyOf::Of(key));
    }
  };
  struct Equal {
    using is_transparent = void;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return KeyOf::Of(a) == KeyOf::Of(b);
    }
  };

  Ordered ordered_;
  absl::flat_hash_set<iterator, Hash, Equal> by_key_;
};

}  // namespace waypoint::state
