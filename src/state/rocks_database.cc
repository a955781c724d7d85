#include "state/rocks_database.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "rocksdb/cache.h"
#include "rocksdb/slice_transform.h"
#include "rocksdb/table.h"
#include "state/rocks_log.h"
#include "state/rocks_status.h"

namespace waypoint::state {

std::string DiskKey(Table table, absl::string_view key) {
  return absl::StrCat(std::string(1, static_cast<char>(table)), key);
}

rocksdb::Options Tuned(rocksdb::Env* env) {
  rocksdb::Options options;
  if (env != nullptr) options.env = env;
  options.create_if_missing = true;
  // A torn tail is what a crash leaves; loss before the tail shows in the commit counter.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.write_buffer_size = 16 << 20;
  options.max_write_buffer_number = 3;
  options.max_total_wal_size = 64 << 20;
  options.max_background_jobs = 2;
  options.compression = rocksdb::kLZ4Compression;
  // One thread writes, and most keys follow closely on the last one of their table: the place in the memtable is found
  // from there, not from the top of its skip list.
  options.allow_concurrent_memtable_write = false;
  options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(1));
  options.info_log = MakeRocksLog();
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(32 << 20);
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::WriteOptions Synced() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

rocksdb::Status AddTo(rocksdb::WriteBatch& batch, Table table, absl::string_view key,
                      const std::optional<std::string>& value) {
  const char prefix = static_cast<char>(table);
  const std::array<rocksdb::Slice, 2> parts = {rocksdb::Slice(&prefix, 1), rocksdb::Slice(key.data(), key.size())};
  const rocksdb::SliceParts disk_key(parts.data(), parts.size());
  if (!value) return batch.Delete(disk_key);
  const rocksdb::Slice whole(*value);
  return batch.Put(disk_key, rocksdb::SliceParts(&whole, 1));
}

absl::StatusOr<std::unique_ptr<RocksWriter>> RocksWriter::Create(const std::string& path) {
  rocksdb::Options options = Tuned(nullptr);
  options.error_if_exists = true;
  rocksdb::DB* raw = nullptr;
  RETURN_IF_ERROR(FromRocks(rocksdb::DB::Open(options, path, &raw), absl::StrCat("create ", path)));
  return std::unique_ptr<RocksWriter>(new RocksWriter(std::unique_ptr<rocksdb::DB>(raw)));
}

absl::Status RocksWriter::Write(const Batch& batch) {
  rocksdb::WriteBatch together;
  for (const state::Write& write : batch) {
    RETURN_IF_ERROR(FromRocks(AddTo(together, write.table, write.key, write.value), "gather a batch"));
  }
  return FromRocks(db_->Write(rocksdb::WriteOptions(), &together), "write to the new store");
}

absl::Status RocksWriter::Finish(uint64_t commits) {
  rocksdb::WriteBatch last;
  RETURN_IF_ERROR(FromRocks(last.Put(kFormatKey, kFormat), "gather a batch"));
  RETURN_IF_ERROR(FromRocks(last.Put(kCommitsKey, absl::StrCat(commits)), "gather a batch"));
  // The log is one sequence: what was written before it is synced with it.
  RETURN_IF_ERROR(FromRocks(db_->Write(Synced(), &last), "write to the new store"));
  RETURN_IF_ERROR(FromRocks(db_->Flush(rocksdb::FlushOptions()), "flush the new store"));
  return FromRocks(db_->Close(), "close the new store");
}

}  // namespace waypoint::state
