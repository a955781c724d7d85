#include "cli/local/file_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace waypoint::cli {
namespace {

struct flock WholeFile(short type) {
  struct flock lock = {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

absl::StatusOr<int> LockFile(const std::string& path, int command) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return ErrnoStatus(errno, absl::StrCat("open lock ", path));
  struct flock lock = WholeFile(F_WRLCK);
  int result;
  do {
    result = fcntl(fd, command, &lock);
  } while (result != 0 && errno == EINTR);
  if (result == 0) return fd;
  const int error = errno;
  close(fd);
  if (error == EAGAIN || error == EACCES) {
    return absl::FailedPreconditionError(absl::StrCat(path, " is locked by another process"));
  }
  return ErrnoStatus(error, absl::StrCat("lock ", path));
}

}  // namespace

absl::StatusOr<std::unique_ptr<FileLock>> FileLock::TryAcquire(const std::string& path) {
  ASSIGN_OR_RETURN(const int fd, LockFile(path, F_OFD_SETLK));
  return std::unique_ptr<FileLock>(new FileLock(fd));
}

absl::StatusOr<std::unique_ptr<FileLock>> FileLock::Acquire(const std::string& path) {
  ASSIGN_OR_RETURN(const int fd, LockFile(path, F_OFD_SETLKW));
  return std::unique_ptr<FileLock>(new FileLock(fd));
}

bool FileLock::IsHeld(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return false;
  struct flock lock = WholeFile(F_WRLCK);
  const bool held = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  close(fd);
  return held;
}

FileLock::~FileLock() { close(fd_); }

}  // namespace waypoint::cli
