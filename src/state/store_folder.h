// The folder a store lives in: who may use it, and how many commits it must still hold.
//
// Owns:    DIR/lock (held with flock for the object's life, holds the pid) and DIR/commits.
// Threads: one at a time.
// Errors:  FailedPrecondition while another process holds the folder, naming its pid.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/fd.h"

namespace waypoint::state {

class StoreFolder {
 public:
  // Makes the folder (mode 0700) where it is absent.
  static absl::StatusOr<std::unique_ptr<StoreFolder>> Open(const std::string& dir);

  // The greatest counter that was durable for certain when it was noted; 0 if nothing was noted.
  absl::StatusOr<uint64_t> NotedCommits() const;
  // Call after the sync, without a sync of its own: it may lag, it never runs ahead.
  absl::Status NoteCommits(uint64_t counter);
  std::string commits_path() const { return dir_ + "/commits"; }

 private:
  StoreFolder(std::string dir, UniqueFd lock, UniqueFd commits)
      : dir_(std::move(dir)), lock_(std::move(lock)), commits_(std::move(commits)) {}
  const std::string dir_;
  UniqueFd lock_;
  UniqueFd commits_;
};

}  // namespace waypoint::state
