// Recent output of one job or one instance, for any number of readers (logs-exec-entrypoint.md 1).
//
// Owns:    one window of 32 chunks of 164 entries, or fewer where they are larger than 16 MiB together. A full
//          window is replaced by an empty one at once and never replayed; a reader finishes the window that it
//          holds, then jumps to the newest.
// Threads: one; `ready` callbacks run inside Write and Close and must only note that there is something to do.
// Units:   an entry's time is its arrival.
// Errors:  none; what a slow reader missed is counted in Reader::skipped().
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "logbuffer/window.h"

namespace waypoint::logbuffer {

template <typename T>
class Reader;

template <typename T>
class LogBuffer {
 public:
  LogBuffer() = default;
  LogBuffer(const LogBuffer&) = delete;
  LogBuffer& operator=(const LogBuffer&) = delete;
  ~LogBuffer() { Close(); }

  void Write(absl::Time arrival, std::vector<T> entries) {
    for (T& entry : entries) Append(arrival, std::move(entry));
    if (!entries.empty()) WakeReaders();
  }
  void Write(absl::Time arrival, T entry) {
    Append(arrival, std::move(entry));
    WakeReaders();
  }

  // max_history < 0: from the start of the current window; 0: only future entries; n: at most the n newest.
  std::unique_ptr<Reader<T>> Open(int max_history) {
    size_t filled = MakeWindow().size();
    size_t history = max_history < 0 ? filled : std::min<size_t>(filled, max_history);
    uint64_t id = ++last_reader_;
    auto reader = std::unique_ptr<Reader<T>>(new Reader<T>(this, id, window_, filled - history));
    readers_[id] = reader.get();
    return reader;
  }

  // Ends the readers that are open now; later writes and new readers are welcome.
  void Close() {
    auto readers = std::exchange(readers_, {});
    for (auto& [id, reader] : readers) reader->BufferClosed();
  }

  bool empty() const { return window_ == nullptr || (window_->size() == 0 && window_->first() == 0); }

 private:
  friend class Reader<T>;

  // Late: most buffers are never written to, or read.
  Window<T>& MakeWindow() {
    if (window_ == nullptr) window_ = std::make_shared<Window<T>>(0);
    return *window_;
  }
  void Append(absl::Time arrival, T entry) {
    MakeWindow().Add(arrival, std::move(entry));
    if (window_->full()) window_ = std::make_shared<Window<T>>(window_->first() + window_->size());
  }
  void WakeReaders() {
    // A callback may close readers, its own one too: ask again before each call.
    for (auto it = readers_.begin(); it != readers_.end();) {
      uint64_t id = it->first;
      it->second->Wake();
      it = readers_.upper_bound(id);
    }
  }

  std::shared_ptr<Window<T>> window_;
  std::map<uint64_t, Reader<T>*> readers_;
  uint64_t last_reader_ = 0;
};

// One cursor. Never outlives its usefulness: closed by itself, or by the buffer.
template <typename T>
class Reader {
 public:
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() {
    ready_ = nullptr;  // its owner is letting go, and may be half gone itself
    Close();
  }

  // Called when there is something to read, or the reader was closed, after a Read that came back empty.
  void OnReady(std::function<void()> ready) { ready_ = std::move(ready); }

  // At most `max` entries, and about 1 MiB, as they are to be sent in one message; never across the end of a chunk;
  // empty when there are none, or after Close.
  // The entries stay valid as long as the returned batch.
  Batch<T> Read(size_t max) {
    if (closed_) return Batch<T>();
    NextWindow();
    size_t chunk_end = (position_ / kChunkEntries + 1) * kChunkEntries;
    const size_t last = std::min({window_->size(), position_ + max, chunk_end});
    size_t end = position_;
    for (size_t bytes = 0; end < last && bytes < kReadBytes; ++end) bytes += BytesOf(window_->At(end).value);
    drained_ = end == position_;
    Batch<T> batch(window_, position_, end);
    position_ = end;
    return batch;
  }

  bool closed() const { return closed_; }
  // Entries that were lost because the buffer rolled over while this reader was behind.
  uint64_t skipped() const { return skipped_; }

  // What was not read is not delivered any more.
  void Close() {
    if (buffer_) buffer_->readers_.erase(id_);
    BufferClosed();
  }

 private:
  friend class LogBuffer<T>;

  Reader(LogBuffer<T>* buffer, uint64_t id, std::shared_ptr<Window<T>> window, size_t position)
      : buffer_(buffer), id_(id), window_(std::move(window)), position_(position) {}

  void NextWindow() {
    if (!buffer_ || !window_->full() || position_ < window_->size()) return;
    uint64_t expected = window_->first() + window_->size();
    window_ = buffer_->window_;
    skipped_ += window_->first() - expected;
    position_ = 0;
  }
  void Wake() {
    if (!std::exchange(drained_, false)) return;
    if (auto ready = ready_) ready();
  }
  void BufferClosed() {
    buffer_ = nullptr;
    if (std::exchange(closed_, true)) return;
    if (auto ready = std::move(ready_)) ready();
  }

  LogBuffer<T>* buffer_;
  uint64_t id_;
  std::shared_ptr<Window<T>> window_;
  size_t position_;
  bool drained_ = true;
  bool closed_ = false;
  uint64_t skipped_ = 0;
  std::function<void()> ready_;
};

}  // namespace waypoint::logbuffer
