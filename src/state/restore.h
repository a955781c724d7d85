// A backup that waits to become the store: staged while a server runs, applied when the next one starts
// (server-and-state.md 12.2, 12.3).
//
// Owns:    DIR/waypoint-restore.db (staged, whole and checked), DIR/waypoint-restore.db.temp (being received),
//          DIR/waypoint-restore.db.lock; during the exchange DIR/rocks.new and DIR/rocks.old.
// Threads: one at a time.
// Errors:  any of them leaves the old store as it was.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/fd.h"
#include "state/snapshot_format.h"

namespace waypoint::state {

// Receives a backup into a temporary file and checks all of it; only a whole one is staged, atomically.
class RestoreStaging {
 public:
  // Aborted while another one is being received.
  static absl::StatusOr<std::unique_ptr<RestoreStaging>> Begin(const std::string& dir);
  ~RestoreStaging();
  absl::Status Add(absl::string_view bytes);
  absl::Status Commit();

 private:
  RestoreStaging(std::string dir, UniqueFd lock, UniqueFd file);
  const std::string dir_;
  UniqueFd lock_;
  UniqueFd file_;
  SnapshotReader reader_;
};

// Checks a backup without using it: `waypoint server snapshot verify FILE`.
absl::Status VerifySnapshot(const std::string& path);

// Before the database in `dir` is opened, under the store's lock: what is staged takes its place. A crash at any
// point leaves the old or the new store; the next start goes on. `commits`: the counter the new store begins with.
absl::Status ApplyStagedRestore(const std::string& dir, uint64_t commits);

}  // namespace waypoint::state
