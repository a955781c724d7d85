#include "base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/fd.h"
#include "base/status.h"

namespace waypoint {
namespace {

namespace fs = std::filesystem;

absl::Status WriteAll(int fd, absl::string_view content, const std::string& path) {
  while (!content.empty()) {
    ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, absl::StrCat("write ", path));
    content.remove_prefix(n);
  }
  return absl::OkStatus();
}

absl::Status WriteAndSync(int fd, absl::string_view content, mode_t mode, const std::string& path) {
  RETURN_IF_ERROR(WriteAll(fd, content, path));
  if (::fchmod(fd, mode) != 0) return ErrnoStatus(errno, absl::StrCat("set the mode of ", path));
  if (::fsync(fd) != 0) return ErrnoStatus(errno, absl::StrCat("sync ", path));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("open ", path));
  std::string content;
  struct stat info;
  if (::fstat(fd.get(), &info) == 0 && info.st_size > 0) content.reserve(info.st_size);
  char buffer[64 * 1024];
  while (true) {
    ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, absl::StrCat("read ", path));
    if (n == 0) return content;
    content.append(buffer, n);
  }
}

absl::Status WriteFile(const std::string& path, absl::string_view content, mode_t mode) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("create ", path));
  RETURN_IF_ERROR(WriteAll(fd.get(), content, path));
  // Some file systems tell of a full disk only here.
  if (::close(fd.Release()) != 0) return ErrnoStatus(errno, absl::StrCat("close ", path));
  return absl::OkStatus();
}

absl::Status WriteFileAtomic(const std::string& path, absl::string_view content, mode_t mode) {
  std::string temporary = absl::StrCat(path, ".XXXXXX");
  UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("create a file beside ", path));
  absl::Status status = WriteAndSync(fd.get(), content, mode, path);
  if (status.ok() && ::rename(temporary.c_str(), path.c_str()) != 0) {
    status = ErrnoStatus(errno, absl::StrCat("rename to ", path));
  }
  if (!status.ok()) {
    ::unlink(temporary.c_str());
    return status;
  }
  return SyncFolder(FolderOf(path));
}

absl::Status SyncFolder(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("open folder ", path));
  if (::fsync(fd.get()) != 0) return ErrnoStatus(errno, absl::StrCat("sync folder ", path));
  return absl::OkStatus();
}

absl::Status MakeFolders(const std::string& path, mode_t mode) {
  if (path.empty() || IsFolder(path)) return absl::OkStatus();
  std::string parent = FolderOf(path);
  if (parent != path) RETURN_IF_ERROR(MakeFolders(parent, mode));
  if (::mkdir(path.c_str(), mode) == 0 || (errno == EEXIST && IsFolder(path))) return absl::OkStatus();
  return ErrnoStatus(errno, absl::StrCat("create folder ", path));
}

absl::Status RemoveAll(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) return ErrnoStatus(error.value(), absl::StrCat("remove ", path));
  return absl::OkStatus();
}

bool PathExists(const std::string& path) {
  struct stat info;
  return ::lstat(path.c_str(), &info) == 0;
}

bool IsFolder(const std::string& path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

std::string JoinPath(absl::string_view folder, absl::string_view name) {
  if (folder.empty() || (!name.empty() && name[0] == '/')) return std::string(name);
  if (name.empty()) return std::string(folder);
  return folder.back() == '/' ? absl::StrCat(folder, name) : absl::StrCat(folder, "/", name);
}

std::string FolderOf(absl::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  size_t slash = path.rfind('/');
  if (slash == absl::string_view::npos) return ".";
  if (slash == 0) return "/";
  return std::string(path.substr(0, slash));
}

std::string BaseName(absl::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  size_t slash = path.rfind('/');
  return std::string(slash == absl::string_view::npos || path.size() == 1 ? path : path.substr(slash + 1));
}

absl::StatusOr<TempFolder> TempFolder::Make(absl::string_view prefix, const std::string& parent) {
  std::string base = parent;
  if (base.empty()) {
    const char* environment = std::getenv("TMPDIR");
    base = environment != nullptr && *environment != '\0' ? environment : "/tmp";
  }
  std::string path = absl::StrCat(JoinPath(base, prefix), "XXXXXX");
  if (::mkdtemp(path.data()) == nullptr) {
    return ErrnoStatus(errno, absl::StrCat("create a temporary folder in ", base));
  }
  return TempFolder(std::move(path));
}

TempFolder::TempFolder(TempFolder&& other) noexcept : path_(other.Release()) {}

TempFolder& TempFolder::operator=(TempFolder&& other) noexcept {
  if (this != &other) {
    if (!path_.empty()) RemoveAll(path_).IgnoreError();
    path_ = other.Release();
  }
  return *this;
}

TempFolder::~TempFolder() {
  if (!path_.empty()) RemoveAll(path_).IgnoreError();
}

std::string TempFolder::Release() { return std::exchange(path_, std::string()); }

}  // namespace waypoint
