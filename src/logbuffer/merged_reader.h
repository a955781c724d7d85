// Several readers as one, in order of arrival (logs-exec-entrypoint.md 1, 4).
//
// Owns:    one entry read ahead of each reader, kept between calls. The readers belong to the caller and
//          must outlive this object.
// Threads: one. Never blocks.
#pragma once

#include <cstddef>
#include <vector>

#include "logbuffer/log_buffer.h"

namespace waypoint::logbuffer {

template <typename T>
class MergedReader {
 public:
  struct Item {
    size_t reader;  // index
    Entry<T> entry;
  };

  explicit MergedReader(std::vector<Reader<T>*> readers) : readers_(std::move(readers)), heads_(readers_.size()) {}

  // At most `count` entries, fewer or none once all readers are drained.
  std::vector<Item> Read(size_t count) {
    std::vector<Item> items;
    while (items.size() < count) {
      Refill();
      size_t first = Earliest();
      if (first == heads_.size()) break;
      items.push_back({first, heads_[first][0]});
      heads_[first] = Batch<T>();
    }
    return items;
  }

 private:
  void Refill() {
    for (size_t i = 0; i < readers_.size(); ++i) {
      if (heads_[i].empty()) heads_[i] = readers_[i]->Read(1);
    }
  }
  // The lowest index wins a tie.
  size_t Earliest() const {
    size_t best = heads_.size();
    for (size_t i = 0; i < heads_.size(); ++i) {
      if (heads_[i].empty()) continue;
      if (best == heads_.size() || heads_[i][0].arrival < heads_[best][0].arrival) best = i;
    }
    return best;
  }

  std::vector<Reader<T>*> readers_;
  std::vector<Batch<T>> heads_;
};

}  // namespace waypoint::logbuffer
