// How the store lies in RocksDB: keys, settings, and writing a whole new database (docs/state-format.md).
//
// Threads: one at a time.
// Errors:  those of rocks_status.h.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rocksdb/db.h"
#include "rocksdb/options.h"
#include "rocksdb/write_batch.h"
#include "state/backend.h"

namespace waypoint::state {

inline constexpr char kFormat[] = "1";
// Keys of our own begin with a zero byte, which is no table.
inline const std::string kFormatKey("\0format", 7);
inline const std::string kCommitsKey("\0commits", 8);

std::string DiskKey(Table table, absl::string_view key);
rocksdb::Options Tuned(rocksdb::Env* env);
rocksdb::WriteOptions Synced();
rocksdb::Status AddTo(rocksdb::WriteBatch& batch, Table table, absl::string_view key,
                      const std::optional<std::string>& value);

// Fills a database that did not exist before.
class RocksWriter {
 public:
  static absl::StatusOr<std::unique_ptr<RocksWriter>> Create(const std::string& path);
  absl::Status Write(const Batch& batch);
  // Durable and closed when it returns OK.
  absl::Status Finish(uint64_t commits);

 private:
  explicit RocksWriter(std::unique_ptr<rocksdb::DB> db) : db_(std::move(db)) {}
  std::unique_ptr<rocksdb::DB> db_;
};

}  // namespace waypoint::state
