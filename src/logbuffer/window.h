// A fixed number of log entries, and a view of some of them (logs-exec-entrypoint.md 1).
//
// Owns:    its entries; a Batch keeps the whole window alive.
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace waypoint::logbuffer {

constexpr size_t kChunksPerWindow = 32;
constexpr size_t kChunkEntries = 164;
constexpr size_t kWindowEntries = kChunksPerWindow * kChunkEntries;
// A window whose entries are very large is full before it has them all: what one writer can make a process hold has
// to have an end.
constexpr size_t kWindowBytes = 16 << 20;
constexpr size_t kReadBytes = 1 << 20;

// Of what an entry refers to; the line where it is little more than that.
template <typename T>
size_t BytesOf(const T& value) {
  if constexpr (requires { std::string_view(value.line()); }) {
    return value.line().size();
  } else if constexpr (requires { value.ByteSizeLong(); }) {
    return value.ByteSizeLong();
  } else {
    return sizeof(T);
  }
}

template <typename T>
struct Entry {
  absl::Time arrival;
  T value;
};

template <typename T>
class Window {
 public:
  // `first`: how many entries came before this window.
  explicit Window(uint64_t first) : first_(first) {}

  void Add(absl::Time arrival, T value) {
    // Chunk by chunk and without reserving: a buffer with three lines must not hold room for thousands.
    if (size_ % kChunkEntries == 0) chunks_.emplace_back();
    bytes_ += BytesOf(value);
    chunks_.back().push_back({arrival, std::move(value)});
    ++size_;
  }
  const Entry<T>& At(size_t i) const { return chunks_[i / kChunkEntries][i % kChunkEntries]; }
  size_t size() const { return size_; }
  bool full() const { return size_ == kWindowEntries || bytes_ >= kWindowBytes; }
  uint64_t first() const { return first_; }

 private:
  const uint64_t first_;
  size_t size_ = 0;
  size_t bytes_ = 0;
  std::vector<std::vector<Entry<T>>> chunks_;
};

// Entries [begin, end) of one window. A reference to one of them lives until the next write.
template <typename T>
class Batch {
 public:
  Batch() = default;
  Batch(std::shared_ptr<Window<T>> window, size_t begin, size_t end)
      : window_(std::move(window)), begin_(begin), end_(end) {}

  bool empty() const { return begin_ == end_; }
  size_t size() const { return end_ - begin_; }
  const Entry<T>& operator[](size_t i) const { return window_->At(begin_ + i); }

 private:
  std::shared_ptr<Window<T>> window_;
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace waypoint::logbuffer
