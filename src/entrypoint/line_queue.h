// Lines on their way to the server: taken from the app, held for a while when the server is away.
//
// Owns:    at most kLimitLines lines and kLimitBytes bytes. More are dropped, never block the app, and are
//          counted; the next line that fits is preceded by one that tells how many are missing.
// Threads: thread-safe; one reader.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "waypoint/entrypoint.pb.h"

namespace waypoint::entrypoint {

namespace pb = ::hashicorp::waypoint;

class LineQueue {
 public:
  static constexpr size_t kLimitLines = 8192;
  static constexpr size_t kLimitBytes = 4 << 20;
  static constexpr size_t kBatchBytes = 1 << 20;  // then no more lines: a message may have 4 MiB at most

  // An app may print any bytes; what is no UTF-8 in them is replaced.
  void Push(absl::string_view bytes, pb::LogBatch::Entry::Source source, absl::Time time);
  // Waits for at least one line; empty: closed and drained, or the deadline passed.
  std::vector<pb::LogBatch::Entry> Take(size_t max, absl::Time deadline);
  // Puts back what could not be sent, in front.
  void Return(std::vector<pb::LogBatch::Entry> lines);
  void Close();
  bool drained() const;  // closed and empty

 private:
  bool HasNews() const ABSL_SHARED_LOCKS_REQUIRED(mu_) { return closed_ || !lines_.empty(); }
  void Add(absl::string_view line, pb::LogBatch::Entry::Source source, absl::Time time)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  mutable absl::Mutex mu_;
  std::deque<pb::LogBatch::Entry> lines_ ABSL_GUARDED_BY(mu_);
  size_t bytes_ ABSL_GUARDED_BY(mu_) = 0;
  size_t dropped_ ABSL_GUARDED_BY(mu_) = 0;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace waypoint::entrypoint
