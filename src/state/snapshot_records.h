// Records of the store as the buckets of a snapshot, and back (server-and-state.md 5.2).
//
// Threads: one at a time.
// Errors:  DataLoss for a record that cannot be decoded; FailedPrecondition for another version of the data.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "state/backend.h"
#include "state/snapshot_format.h"

namespace waypoint::state {

// Writes all records of a frozen store, some at a time.
class SnapshotExport {
 public:
  SnapshotExport(std::unique_ptr<BackendCopy> copy, const ::hashicorp::waypoint::VersionInfo& version);
  // The next bytes of the file, about `bytes` of them; empty: the file is complete.
  absl::StatusOr<std::string> Next(size_t bytes);

 private:
  absl::Status Step();
  void Put(Table table, const std::string& key, std::string value);
  void Flush();
  void OpenBucketsUpTo(int table);
  void WriteLast();

  std::unique_ptr<BackendCopy> copy_;
  SnapshotWriter writer_;
  ::hashicorp::waypoint::Snapshot::BoltChunk chunk_;
  size_t chunk_bytes_ = 0;
  int table_ = 1;  // whose bucket is open; kMeta comes last, with the server's own
  std::vector<std::pair<std::string, std::string>> meta_;
  std::optional<std::string> server_config_;
  bool done_ = false;
};

// What one item of a bucket is in the store; nothing for buckets that mean nothing here.
absl::Status ImportChunk(const ::hashicorp::waypoint::Snapshot::BoltChunk& chunk,
                         absl::FunctionRef<absl::Status(Write)> put);

}  // namespace waypoint::state
