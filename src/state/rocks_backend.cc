#include "state/rocks_backend.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "rocksdb/cache.h"
#include "rocksdb/db.h"
#include "rocksdb/table.h"
#include "rocksdb/write_batch.h"
#include "state/rocks_status.h"

namespace waypoint::state {
namespace {

constexpr char kFormat[] = "1";
// Keys of our own begin with a zero byte, which is no table.
const std::string kFormatKey("\0format", 7);
const std::string kCommitsKey("\0commits", 8);

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
  options.keep_log_file_num = 3;
  options.max_log_file_size = 1 << 20;
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

// "" when the key is absent.
absl::StatusOr<std::string> ReadOwn(rocksdb::DB& db, const std::string& key) {
  std::string value;
  const rocksdb::Status status = db.Get(rocksdb::ReadOptions(), key, &value);
  if (status.IsNotFound()) return std::string();
  RETURN_IF_ERROR(FromRocks(status, "read the store's format"));
  return value;
}

absl::StatusOr<bool> IsEmpty(rocksdb::DB& db) {
  std::unique_ptr<rocksdb::Iterator> it(db.NewIterator(rocksdb::ReadOptions()));
  it->SeekToFirst();
  const bool empty = !it->Valid();
  RETURN_IF_ERROR(FromRocks(it->status(), "read the store"));
  return empty;
}

absl::Status CheckFormat(rocksdb::DB& db, const std::string& dir) {
  ASSIGN_OR_RETURN(const std::string format, ReadOwn(db, kFormatKey));
  if (format == kFormat) return absl::OkStatus();
  if (!format.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the store in ", dir, " has format ", format, ", this program knows format ", kFormat,
                     " only; use the program that wrote it, or restore a snapshot into another folder"));
  }
  ASSIGN_OR_RETURN(const bool empty, IsEmpty(db));
  if (!empty) {
    return absl::DataLossError(absl::StrCat("the store in ", dir, " has lost its beginning; restore a snapshot"));
  }
  return FromRocks(db.Put(Synced(), kFormatKey, kFormat), "write to the new store");
}

// A log that broke in the middle opens with what stood before the break: the counter tells.
absl::StatusOr<uint64_t> CheckCommits(rocksdb::DB& db, const StoreFolder& folder, const std::string& dir) {
  ASSIGN_OR_RETURN(const std::string text, ReadOwn(db, kCommitsKey));
  uint64_t stored = 0;
  if (!text.empty() && !absl::SimpleAtoi(text, &stored)) {
    return absl::DataLossError(absl::StrCat("the commit counter of the store in ", dir, " cannot be read"));
  }
  ASSIGN_OR_RETURN(const uint64_t noted, folder.NotedCommits());
  if (stored < noted) {
    return absl::DataLossError(
        absl::StrCat("the store in ", dir, " has lost its last ", noted - stored,
                     " commits: its log is damaged. Restore a snapshot; or, to go on with what is "
                     "left, remove ",
                     folder.commits_path(), " and start again"));
  }
  return stored;
}

absl::StatusOr<std::unique_ptr<rocksdb::DB>> OpenDatabase(const RocksOptions& options) {
  rocksdb::DB* raw = nullptr;
  RETURN_IF_ERROR(FromRocks(rocksdb::DB::Open(Tuned(options.env), options.dir + "/rocks", &raw),
                            absl::StrCat("open the store in ", options.dir)));
  return std::unique_ptr<rocksdb::DB>(raw);
}

std::unique_ptr<rocksdb::DB> OpenForReading(const RocksOptions& options) {
  rocksdb::DB* raw = nullptr;
  return rocksdb::DB::OpenForReadOnly(Tuned(options.env), options.dir + "/rocks", &raw).ok()
             ? std::unique_ptr<rocksdb::DB>(raw)
             : nullptr;
}

rocksdb::Status AddTo(rocksdb::WriteBatch& batch, Table table, absl::string_view key,
                      const std::optional<std::string>& value) {
  return value ? batch.Put(DiskKey(table, key), *value) : batch.Delete(DiskKey(table, key));
}

}  // namespace

absl::StatusOr<std::unique_ptr<RocksBackend>> RocksBackend::Open(const RocksOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<StoreFolder> folder, StoreFolder::Open(options.dir));
  ASSIGN_OR_RETURN(std::unique_ptr<rocksdb::DB> db, OpenDatabase(options));
  RETURN_IF_ERROR(CheckFormat(*db, options.dir));
  ASSIGN_OR_RETURN(const uint64_t commits, CheckCommits(*db, *folder, options.dir));
  return std::unique_ptr<RocksBackend>(new RocksBackend(options, std::move(folder), std::move(db), commits));
}

RocksBackend::RocksBackend(RocksOptions options, std::unique_ptr<StoreFolder> folder, std::unique_ptr<rocksdb::DB> db,
                           uint64_t commits)
    : options_(std::move(options)), folder_(std::move(folder)), commits_(commits), db_(std::move(db)), thread_([this] {
        Run();
      }) {}

RocksBackend::~RocksBackend() {
  {
    absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  thread_.join();
}

absl::Status RocksBackend::Load(absl::FunctionRef<void(Table, absl::string_view, absl::string_view)> each) {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  options.readahead_size = 2 << 20;
  absl::ReaderMutexLock lock(&db_mu_);
  std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(options));
  for (it->Seek(rocksdb::Slice("\x01", 1)); it->Valid(); it->Next()) {
    const absl::string_view key(it->key().data(), it->key().size());
    each(static_cast<Table>(key[0]), key.substr(1), absl::string_view(it->value().data(), it->value().size()));
  }
  return FromRocks(it->status(), "load the store");
}

absl::StatusOr<std::string> RocksBackend::Read(Table table, absl::string_view key) {
  std::string value;
  absl::ReaderMutexLock lock(&db_mu_);
  if (db_ == nullptr)
    return absl::UnavailableError("the store is closed after a disk error and cannot be opened again");
  RETURN_IF_ERROR(FromRocks(db_->Get(rocksdb::ReadOptions(), DiskKey(table, key), &value), "read from the store"));
  return value;
}

void RocksBackend::Commit(Batch batch, std::function<void(absl::Status)> durable) {
  absl::MutexLock lock(&mu_);
  queue_.push_back({std::move(batch), std::move(durable), generation_});
}

void RocksBackend::Recover(Batch restore) {
  absl::MutexLock lock(&mu_);
  ++generation_;
  for (Write& write : restore) restore_[{write.table, std::move(write.key)}] = std::move(write.value);
  // An empty batch: the restoring needs no caller to wait for.
  queue_.push_back({{}, [](absl::Status) {}, generation_});
}

RocksStats RocksBackend::stats() const {
  absl::MutexLock lock(&mu_);
  return stats_;
}

void RocksBackend::Run() {
  for (;;) {
    std::vector<Queued> group;
    {
      absl::MutexLock lock(&mu_, absl::Condition(this, &RocksBackend::HasWork));
      if (queue_.empty()) return;
      group.swap(queue_);
    }
    WriteGroup(std::move(group));
  }
}

void RocksBackend::WriteGroup(std::vector<Queued> group) {
  size_t first = 0;
  while (first < group.size() && group[first].generation <= failed_generation_) group[first++].durable(cause_);
  if (first == group.size()) return;
  absl::Status written = broken_ ? Reopen() : absl::OkStatus();
  if (written.ok()) written = WriteTogether(group, first);
  if (!written.ok()) {
    broken_ = true;
    cause_ = written;
    // A restoring that failed told nobody: batches behind it may still try.
    const bool told = std::any_of(group.begin() + static_cast<ptrdiff_t>(first), group.end(),
                                  [](const Queued& queued) { return !queued.batch.empty(); });
    if (told) failed_generation_ = group.back().generation;
  }
  for (; first < group.size(); ++first) group[first].durable(written);
}

absl::Status RocksBackend::WriteTogether(const std::vector<Queued>& group, size_t first) {
  Restore restore;
  {
    absl::MutexLock lock(&mu_);
    restore = restore_;
  }
  rocksdb::WriteBatch together;
  for (const auto& [key, value] : restore) {
    RETURN_IF_ERROR(FromRocks(AddTo(together, key.first, key.second, value), "gather a batch"));
  }
  for (size_t i = first; i < group.size(); ++i) {
    for (const Write& write : group[i].batch) {
      RETURN_IF_ERROR(FromRocks(AddTo(together, write.table, write.key, write.value), "gather a batch"));
    }
  }
  RETURN_IF_ERROR(FromRocks(together.Put(kCommitsKey, absl::StrCat(commits_ + 1)), "gather a batch"));
  const absl::Time begin = absl::Now();
  {
    absl::ReaderMutexLock lock(&db_mu_);
    RETURN_IF_ERROR(FromRocks(db_->Write(Synced(), &together), "write to the store"));
  }
  const absl::Duration took = absl::Now() - begin;
  ++commits_;
  // The batch is durable whatever becomes of the note: an old note only checks less.
  folder_->NoteCommits(commits_).IgnoreError();
  absl::MutexLock lock(&mu_);
  restore_.clear();  // only Recover adds to it, and that needs a failure first
  ++stats_.syncs;
  stats_.sync_time.Add(took);
  stats_.batches += group.size() - first;
  return absl::OkStatus();
}

// RocksDB calls most write errors fatal: nothing but opening it anew helps. The log may bring back the failed
// batch; restore_, written next, takes it away again.
absl::Status RocksBackend::Reopen() {
  absl::MutexLock lock(&db_mu_);
  db_.reset();
  absl::StatusOr<std::unique_ptr<rocksdb::DB>> opened = OpenDatabase(options_);
  absl::StatusOr<uint64_t> commits =
      opened.ok() ? CheckCommits(**opened, *folder_, options_.dir) : absl::StatusOr<uint64_t>(opened.status());
  if (!commits.ok()) {
    if (opened.ok()) opened->reset();
    db_ = OpenForReading(options_);
    return commits.status();
  }
  db_ = *std::move(opened);
  commits_ = *commits;
  broken_ = false;
  return absl::OkStatus();
}

}  // namespace waypoint::state
