#include "state/store_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "base/files.h"
#include "base/status.h"

namespace waypoint::state {
namespace {

absl::Status TakeLock(int fd, const std::string& dir, const std::string& path) {
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return absl::OkStatus();
  if (errno != EWOULDBLOCK) return ErrnoStatus(errno, absl::StrCat("lock ", path));
  const absl::StatusOr<std::string> pid = ReadFile(path);
  return absl::FailedPreconditionError(
      absl::StrCat("another server uses the store in ", dir, " (process ",
                   pid.ok() ? absl::StripAsciiWhitespace(*pid) : absl::string_view("unknown"),
                   "); stop it first, or give this one another folder"));
}

absl::Status WritePid(int fd, const std::string& path) {
  const std::string pid = absl::StrCat(::getpid(), "\n");
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) < 0) {
    return ErrnoStatus(errno, absl::StrCat("write ", path));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<StoreFolder>> StoreFolder::Open(const std::string& dir) {
  RETURN_IF_ERROR(MakeFolders(dir, 0700));
  const std::string lock_path = dir + "/lock";
  UniqueFd lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock.valid()) return ErrnoStatus(errno, absl::StrCat("open ", lock_path));
  RETURN_IF_ERROR(TakeLock(lock.get(), dir, lock_path));
  RETURN_IF_ERROR(WritePid(lock.get(), lock_path));
  const std::string commits_path = dir + "/commits";
  UniqueFd commits(::open(commits_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!commits.valid()) return ErrnoStatus(errno, absl::StrCat("open ", commits_path));
  return std::unique_ptr<StoreFolder>(new StoreFolder(dir, std::move(lock), std::move(commits)));
}

absl::StatusOr<uint64_t> StoreFolder::NotedCommits() const {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(commits_path()));
  const absl::string_view digits = absl::StripAsciiWhitespace(text);
  uint64_t counter = 0;
  if (!digits.empty() && !absl::SimpleAtoi(digits, &counter)) {
    return absl::DataLossError(
        absl::StrCat(commits_path(), " holds no number; if the store is known to be whole, remove it"));
  }
  return counter;
}

absl::Status StoreFolder::NoteCommits(uint64_t counter) {
  const std::string text = absl::StrFormat("%020d\n", counter);
  if (::pwrite(commits_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    return ErrnoStatus(errno, absl::StrCat("write ", commits_path()));
  }
  return absl::OkStatus();
}

}  // namespace waypoint::state
