#include "state/restore.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/status.h"
#include "state/rocks_database.h"
#include "state/snapshot_records.h"

namespace waypoint::state {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr size_t kPieceBytes = 256 << 10;
constexpr size_t kBatchBytes = 4 << 20;

std::string StagedPath(const std::string& dir) { return dir + "/waypoint-restore.db"; }
std::string TempPath(const std::string& dir) { return StagedPath(dir) + ".temp"; }

absl::Status Rename(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) return ErrnoStatus(errno, absl::StrCat("rename ", from, " to ", to));
  return absl::OkStatus();
}

absl::Status WriteAll(int fd, absl::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return ErrnoStatus(errno, absl::StrCat("write ", path));
    if (written > 0) bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

// Feeds a file to a reader to its end.
absl::Status ReadSnapshot(const std::string& path, SnapshotReader& reader) {
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return ErrnoStatus(errno, absl::StrCat("open ", path));
  std::string piece(kPieceBytes, '\0');
  for (;;) {
    const ssize_t size = ::read(file.get(), piece.data(), piece.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return ErrnoStatus(errno, absl::StrCat("read ", path));
    if (size == 0) return reader.Finish();
    RETURN_IF_ERROR(reader.Feed(absl::string_view(piece.data(), static_cast<size_t>(size))));
  }
}

absl::Status CheckChunk(const pb::Snapshot::BoltChunk& chunk) {
  return ImportChunk(chunk, [](Write) { return absl::OkStatus(); });
}

absl::Status BuildDatabase(const std::string& snapshot, const std::string& path, uint64_t commits) {
  ASSIGN_OR_RETURN(std::unique_ptr<RocksWriter> writer, RocksWriter::Create(path));
  size_t bytes = 0;
  Batch batch;
  SnapshotReader reader([&](const pb::Snapshot::BoltChunk& chunk) {
    return ImportChunk(chunk, [&](Write write) {
      bytes += write.key.size() + write.value->size();
      batch.push_back(std::move(write));
      if (bytes < kBatchBytes) return absl::OkStatus();
      bytes = 0;
      return writer->Write(std::exchange(batch, {}));
    });
  });
  RETURN_IF_ERROR(ReadSnapshot(snapshot, reader));
  RETURN_IF_ERROR(writer->Write(batch));
  return writer->Finish(commits);
}

// A crash between the two renames of an exchange: back to the old store.
absl::Status CleanUp(const std::string& dir) {
  if (!PathExists(dir + "/rocks") && PathExists(dir + "/rocks.old")) {
    RETURN_IF_ERROR(Rename(dir + "/rocks.old", dir + "/rocks"));
  }
  RETURN_IF_ERROR(RemoveAll(dir + "/rocks.old"));
  RETURN_IF_ERROR(RemoveAll(dir + "/rocks.new"));
  return RemoveAll(TempPath(dir));
}

absl::Status Exchange(const std::string& dir) {
  if (PathExists(dir + "/rocks")) RETURN_IF_ERROR(Rename(dir + "/rocks", dir + "/rocks.old"));
  RETURN_IF_ERROR(Rename(dir + "/rocks.new", dir + "/rocks"));
  RETURN_IF_ERROR(SyncFolder(dir));
  // As long as this file is there the next start would do it all again.
  RETURN_IF_ERROR(RemoveAll(StagedPath(dir)));
  RETURN_IF_ERROR(SyncFolder(dir));
  return RemoveAll(dir + "/rocks.old");
}

}  // namespace

RestoreStaging::RestoreStaging(std::string dir, UniqueFd lock, UniqueFd file)
    : dir_(std::move(dir)), lock_(std::move(lock)), file_(std::move(file)), reader_(CheckChunk) {}

RestoreStaging::~RestoreStaging() {
  if (file_.valid()) ::unlink(TempPath(dir_).c_str());
}

absl::StatusOr<std::unique_ptr<RestoreStaging>> RestoreStaging::Begin(const std::string& dir) {
  const std::string lock_path = StagedPath(dir) + ".lock";
  UniqueFd lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock.valid()) return ErrnoStatus(errno, absl::StrCat("open ", lock_path));
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return absl::AbortedError("another restore is under way; wait for its end and try again");
  }
  UniqueFd file(::open(TempPath(dir).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file.valid()) return ErrnoStatus(errno, absl::StrCat("open ", TempPath(dir)));
  return std::unique_ptr<RestoreStaging>(new RestoreStaging(dir, std::move(lock), std::move(file)));
}

absl::Status RestoreStaging::Add(absl::string_view bytes) {
  RETURN_IF_ERROR(reader_.Feed(bytes));
  return WriteAll(file_.get(), bytes, TempPath(dir_));
}

absl::Status RestoreStaging::Commit() {
  RETURN_IF_ERROR(reader_.Finish());
  if (::fsync(file_.get()) != 0) return ErrnoStatus(errno, absl::StrCat("sync ", TempPath(dir_)));
  RETURN_IF_ERROR(Rename(TempPath(dir_), StagedPath(dir_)));
  file_.Reset();
  return SyncFolder(dir_);
}

absl::Status VerifySnapshot(const std::string& path) {
  SnapshotReader reader(CheckChunk);
  return ReadSnapshot(path, reader);
}

absl::Status ApplyStagedRestore(const std::string& dir, uint64_t commits) {
  RETURN_IF_ERROR(CleanUp(dir));
  if (!PathExists(StagedPath(dir))) return absl::OkStatus();
  const absl::Status built = BuildDatabase(StagedPath(dir), dir + "/rocks.new", commits);
  if (!built.ok()) {
    RemoveAll(dir + "/rocks.new").IgnoreError();
    return Annotate(built, "restore from ", StagedPath(dir), " (remove it to start with the old data)");
  }
  return Exchange(dir);
}

}  // namespace waypoint::state
