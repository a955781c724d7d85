// Keeps the file that our output goes to from growing for ever: past the limit it becomes FILE.1, and a new
// FILE is begun. Only where stdout and stderr are one regular file, as a process deployment's are.
//
// Owns:    nothing; replaces what descriptors 1 and 2 mean.
// Threads: one, the only one that writes the app's output.
// Errors:  none; when it cannot be done the file grows on.
#pragma once

#include <cstddef>
#include <cstdint>

namespace waypoint::entrypoint {

class OutputLimit {
 public:
  explicit OutputLimit(int64_t limit_bytes) : limit_(limit_bytes) {}  // 0: no limit
  // After so many bytes were written.
  void Wrote(size_t bytes);

 private:
  void Rotate();
  const int64_t limit_;
  int64_t unchecked_ = 0;
};

}  // namespace waypoint::entrypoint
