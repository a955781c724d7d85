#include "state/rocks_backend.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/status.h"
#include "rocksdb/db.h"
#include "rocksdb/write_batch.h"
#include "state/restore.h"
#include "state/rocks_database.h"
#include "state/rocks_status.h"

namespace waypoint::state {
namespace {

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
  RETURN_IF_ERROR(MakeFolders(options.dir + "/rocks", 0700));  // else RocksDB logs as an error that there is none
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

}  // namespace

absl::StatusOr<std::unique_ptr<RocksBackend>> RocksBackend::Open(const RocksOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<StoreFolder> folder, StoreFolder::Open(options.dir));
  ASSIGN_OR_RETURN(const uint64_t noted, folder->NotedCommits());
  RETURN_IF_ERROR(ApplyStagedRestore(options.dir, noted));
  ASSIGN_OR_RETURN(std::unique_ptr<rocksdb::DB> db, OpenDatabase(options));
  RETURN_IF_ERROR(CheckFormat(*db, options.dir));
  ASSIGN_OR_RETURN(const uint64_t commits, CheckCommits(*db, *folder, options.dir));
  return std::unique_ptr<RocksBackend>(new RocksBackend(options, std::move(folder), std::move(db), commits));
}

// A RocksDB iterator sees what was durable when it was made.
class RocksBackend::Copy : public BackendCopy {
 public:
  Copy(RocksBackend& backend, std::unique_ptr<rocksdb::Iterator> it) : backend_(backend), it_(std::move(it)) {}
  ~Copy() override {
    absl::MutexLock lock(&backend_.db_mu_);
    backend_.copies_.erase(this);
  }
  absl::StatusOr<bool> Next(Table* table, std::string* key, std::string* value) override {
    absl::ReaderMutexLock lock(&backend_.db_mu_);
    if (it_ == nullptr) return absl::UnavailableError("a disk error ended the copy; try again");
    if (!it_->Valid()) {
      RETURN_IF_ERROR(FromRocks(it_->status(), "copy the store"));
      return false;
    }
    const absl::string_view disk_key(it_->key().data(), it_->key().size());
    *table = static_cast<Table>(disk_key[0]);
    *key = std::string(disk_key.substr(1));
    *value = it_->value().ToString();
    it_->Next();
    return true;
  }
  void LetGo() { it_.reset(); }

 private:
  RocksBackend& backend_;
  std::unique_ptr<rocksdb::Iterator> it_;
};

absl::StatusOr<std::unique_ptr<BackendCopy>> RocksBackend::Freeze() {
  absl::MutexLock lock(&db_mu_);
  if (db_ == nullptr)
    return absl::UnavailableError("the store is closed after a disk error and cannot be opened again");
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(options));
  it->Seek(rocksdb::Slice("\x01", 1));
  auto copy = std::make_unique<Copy>(*this, std::move(it));
  copies_.insert(copy.get());
  return copy;
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

void RocksBackend::Commit(Batch batch, Durable durable) {
  absl::MutexLock lock(&mu_);
  queue_.push_back({std::move(batch), std::move(durable), generation_});
}

void RocksBackend::Recover(Batch restore) {
  absl::MutexLock lock(&mu_);
  ++generation_;
  for (Write& write : restore) restore_[{write.table, std::move(write.key)}] = std::move(write.value);
  // An empty batch: the restoring needs no caller to wait for.
  queue_.push_back({{}, [](absl::Status, bool) {}, generation_});
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

void RocksBackend::Tell(std::vector<Queued>& group, size_t begin, size_t end, const absl::Status& status) {
  for (size_t i = begin; i < end; ++i) group[i].durable(status, i + 1 < end);
}

void RocksBackend::WriteGroup(std::vector<Queued> group) {
  size_t first = 0;
  while (first < group.size() && group[first].generation <= failed_generation_) ++first;
  Tell(group, 0, first, cause_);
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
  Tell(group, first, group.size(), written);
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
  for (Copy* copy : copies_) copy->LetGo();
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
