// The store's batches in RocksDB: one sync for all that gathered while the last one ran (docs/state-format.md).
//
// Owns:    the folder, the database, and one disk thread that writes.
// Threads: Commit, Recover, Load and Read from any thread; `durable` is called on the disk thread.
//          The destructor writes what was given before, then joins the thread.
// Errors:  Open refuses a store of a newer format, one in use, and one that lost commits it once had.
//          After a failed write the database is opened anew before the next one is tried; where even
//          that fails (disk full) it is opened for reading, so that reads go on.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/latency_histogram.h"
#include "state/backend.h"
#include "state/store_folder.h"

namespace rocksdb {
class DB;
class Env;
}  // namespace rocksdb

namespace waypoint::state {

struct RocksOptions {
  std::string dir;
  rocksdb::Env* env = nullptr;  // tests inject failures here; must outlive the backend
};

struct RocksStats {
  uint64_t syncs = 0;    // since open
  uint64_t batches = 0;  // written by them
  LatencyHistogram sync_time;
};

class RocksBackend : public Backend {
 public:
  static absl::StatusOr<std::unique_ptr<RocksBackend>> Open(const RocksOptions& options);
  ~RocksBackend() override;

  absl::Status Load(absl::FunctionRef<void(Table, absl::string_view key, absl::string_view value)> each) override;
  absl::StatusOr<std::string> Read(Table table, absl::string_view key) override;
  void Commit(Batch batch, Durable durable) override;
  void Recover(Batch restore) override;
  absl::StatusOr<std::unique_ptr<BackendCopy>> Freeze() override;
  RocksStats stats() const;

 private:
  struct Queued {
    Batch batch;
    Durable durable;
    uint64_t generation;
  };
  class Copy;
  // What must be written before anything else, by table and key.
  using Restore = std::map<std::pair<Table, std::string>, std::optional<std::string>>;
  RocksBackend(RocksOptions options, std::unique_ptr<StoreFolder> folder, std::unique_ptr<rocksdb::DB> db,
               uint64_t commits);

  bool HasWork() const ABSL_SHARED_LOCKS_REQUIRED(mu_) { return stopping_ || !queue_.empty(); }
  void Run();
  void WriteGroup(std::vector<Queued> group);
  static void Tell(std::vector<Queued>& group, size_t begin, size_t end, const absl::Status& status);
  absl::Status WriteTogether(const std::vector<Queued>& group, size_t first);
  absl::Status Reopen();

  const RocksOptions options_;
  std::unique_ptr<StoreFolder> folder_;

  // The disk thread's.
  uint64_t commits_;                // counter of the last durable group
  bool broken_ = false;             // reopen before the next write
  uint64_t failed_generation_ = 0;  // batches up to this one fail
  absl::Status cause_;

  absl::Mutex db_mu_;  // held exclusively only while the database is exchanged, by the disk thread
  std::unique_ptr<rocksdb::DB> db_ ABSL_GUARDED_BY(db_mu_);
  std::set<Copy*> copies_ ABSL_GUARDED_BY(db_mu_);  // they must let go before the database is closed

  mutable absl::Mutex mu_;
  Restore restore_ ABSL_GUARDED_BY(mu_);
  std::vector<Queued> queue_ ABSL_GUARDED_BY(mu_);
  uint64_t generation_ ABSL_GUARDED_BY(mu_) = 1;  // counts Recover()
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  RocksStats stats_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

}  // namespace waypoint::state
