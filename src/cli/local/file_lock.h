// An advisory lock on a file, held by this open file alone (not by the process, unlike POSIX locks), and freed by
// the kernel when its holder dies.
//
// Threads: one.
// Errors:  FailedPrecondition when somebody else holds it, errno otherwise.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace waypoint::cli {

class FileLock {
 public:
  static absl::StatusOr<std::unique_ptr<FileLock>> TryAcquire(const std::string& path);
  // Blocks until it is ours.
  static absl::StatusOr<std::unique_ptr<FileLock>> Acquire(const std::string& path);
  // Looks without taking, so that looking never disturbs one who wants it.
  static bool IsHeld(const std::string& path);

  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace waypoint::cli
