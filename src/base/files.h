// Files and folders: read, write so that a crash leaves the old or the new content, temporary folders.
//
// Threads: any; two writers of one path: the last rename wins, never a mixture.
// Errors:  what failed, the path, the reason. NotFound where the file is absent, ResourceExhausted
//          where the disk is full (the text says so).
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace waypoint {

absl::StatusOr<std::string> ReadFile(const std::string& path);

// Truncates and writes in place, without sync: for files that can be made again.
absl::Status WriteFile(const std::string& path, absl::string_view content, mode_t mode = 0644);

// Temporary file beside it, fsync, rename, fsync of the folder.
absl::Status WriteFileAtomic(const std::string& path, absl::string_view content, mode_t mode = 0644);

absl::Status SyncFolder(const std::string& path);

// Like mkdir -p; existing folders keep their mode.
absl::Status MakeFolders(const std::string& path, mode_t mode = 0755);

// Like rm -rf, without following links; absent is fine.
absl::Status RemoveAll(const std::string& path);

bool PathExists(const std::string& path);
bool IsFolder(const std::string& path);

// "a" + "b" = "a/b"; an absolute second part replaces the first.
std::string JoinPath(absl::string_view folder, absl::string_view name);

// Folder part and last part, as dirname and basename do.
std::string FolderOf(absl::string_view path);
std::string BaseName(absl::string_view path);

// A folder that disappears with the object.
class TempFolder {
 public:
  // Below `parent`, or $TMPDIR, or /tmp. Name: prefix and six random characters.
  static absl::StatusOr<TempFolder> Make(absl::string_view prefix, const std::string& parent = "");
  TempFolder(TempFolder&& other) noexcept;
  TempFolder& operator=(TempFolder&& other) noexcept;
  ~TempFolder();

  const std::string& path() const { return path_; }
  std::string Release();  // keeps the folder

 private:
  explicit TempFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace waypoint
