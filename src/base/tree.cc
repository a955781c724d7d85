#include "base/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/fd.h"
#include "base/files.h"
#include "base/status.h"

namespace waypoint {
namespace {

// Returns the length of the set at the start of `pattern` ("[a-z]"), 0 if it is not one.
size_t MatchSet(absl::string_view pattern, char c, bool* matched) {
  size_t i = 1;
  bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  if (negated) ++i;
  bool found = false;
  for (bool first = true; i < pattern.size() && (first || pattern[i] != ']'); first = false) {
    unsigned char low = pattern[i++];
    unsigned char high = low;
    if (i + 1 < pattern.size() && pattern[i] == '-' && pattern[i + 1] != ']') {
      high = pattern[i + 1];
      i += 2;
    }
    unsigned char u = c;
    found = found || (low <= u && u <= high);
  }
  if (i >= pattern.size()) return 0;
  *matched = found != negated && c != '/';
  return i + 1;
}

// `**/` also matches no folder at all.
bool MatchStars(absl::string_view rest, absl::string_view path) {
  bool deep = absl::ConsumePrefix(&rest, "*");
  while (deep && absl::ConsumePrefix(&rest, "*")) {
  }
  if (deep && absl::StartsWith(rest, "/") && GlobMatch(rest.substr(1), path)) return true;
  for (size_t i = 0;; ++i) {
    if (GlobMatch(rest, path.substr(i))) return true;
    if (i == path.size() || (path[i] == '/' && !deep)) return false;
  }
}

bool MatchesOne(absl::string_view pattern, absl::string_view path, bool is_folder) {
  bool folders_only = absl::ConsumeSuffix(&pattern, "/");
  bool anchored = absl::ConsumePrefix(&pattern, "./") || absl::ConsumePrefix(&pattern, "/");
  anchored = anchored || absl::StrContains(pattern, "/");
  if (folders_only && !is_folder) return false;
  if (anchored) return GlobMatch(pattern, path);
  return GlobMatch(pattern, BaseName(path));
}

absl::StatusOr<std::string> ReadLink(const std::string& path) {
  std::error_code error;
  std::filesystem::path target = std::filesystem::read_symlink(path, error);
  if (error) return ErrnoStatus(error.value(), absl::StrCat("read link ", path));
  return target.string();
}

absl::StatusOr<std::vector<std::string>> NamesIn(const std::string& folder) {
  std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(folder.c_str()), ::closedir);
  if (dir == nullptr) return ErrnoStatus(errno, absl::StrCat("open folder ", folder));
  std::vector<std::string> names;
  errno = 0;
  while (dirent* entry = ::readdir(dir.get())) {
    std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(std::move(name));
  }
  if (errno != 0) return ErrnoStatus(errno, absl::StrCat("read folder ", folder));
  std::sort(names.begin(), names.end());
  return names;
}

absl::Status Walk(const std::string& root, const std::string& below, const std::vector<std::string>& ignore,
                  std::vector<TreeEntry>* out) {
  ASSIGN_OR_RETURN(std::vector<std::string> names, NamesIn(JoinPath(root, below)));
  for (const std::string& name : names) {
    TreeEntry entry{JoinPath(below, name), TreeEntry::Kind::kFile, 0, ""};
    std::string full = JoinPath(root, entry.path);
    struct stat info;
    if (::lstat(full.c_str(), &info) != 0) {
      if (errno == ENOENT) continue;  // gone since the folder was read
      return ErrnoStatus(errno, absl::StrCat("look at ", full));
    }
    if (MatchesAny(ignore, entry.path, S_ISDIR(info.st_mode))) continue;
    entry.mode = info.st_mode & 07777;
    if (S_ISLNK(info.st_mode)) {
      entry.kind = TreeEntry::Kind::kLink;
      ASSIGN_OR_RETURN(entry.target, ReadLink(full));
    } else if (S_ISDIR(info.st_mode)) {
      entry.kind = TreeEntry::Kind::kFolder;
    } else if (!S_ISREG(info.st_mode)) {
      continue;
    }
    out->push_back(entry);
    if (entry.kind == TreeEntry::Kind::kFolder) RETURN_IF_ERROR(Walk(root, entry.path, ignore, out));
  }
  return absl::OkStatus();
}

absl::Status CopyBytes(int from, int to, const std::string& path) {
  bool in_kernel = true;
  while (true) {
    ssize_t n =
        in_kernel ? ::copy_file_range(from, nullptr, to, nullptr, 1 << 30, 0) : ::sendfile(to, from, nullptr, 1 << 20);
    if (n == 0) return absl::OkStatus();
    if (n > 0 || errno == EINTR) continue;
    bool unsupported = errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP || errno == EPERM;
    if (!in_kernel || !unsupported) return ErrnoStatus(errno, absl::StrCat("write ", path));
    in_kernel = false;
  }
}

absl::Status CopyLink(const std::string& target, const std::string& to) {
  ::unlink(to.c_str());
  if (::symlink(target.c_str(), to.c_str()) != 0) return ErrnoStatus(errno, absl::StrCat("create link ", to));
  return absl::OkStatus();
}

}  // namespace

bool GlobMatch(absl::string_view pattern, absl::string_view path) {
  while (!pattern.empty()) {
    char p = pattern[0];
    if (p == '*') return MatchStars(pattern.substr(1), path);
    if (path.empty()) return false;
    size_t used = 1;
    bool matched = p == path[0];
    if (p == '?') {
      matched = path[0] != '/';
    } else if (p == '[') {
      size_t length = MatchSet(pattern, path[0], &matched);
      if (length > 0) used = length;
    } else if (p == '\\' && pattern.size() > 1) {
      matched = pattern[1] == path[0];
      used = 2;
    }
    if (!matched) return false;
    pattern.remove_prefix(used);
    path.remove_prefix(1);
  }
  return path.empty();
}

bool MatchesAny(const std::vector<std::string>& patterns, absl::string_view path, bool is_folder) {
  for (size_t end = path.find('/'); end != absl::string_view::npos; end = path.find('/', end + 1)) {
    absl::string_view parent = path.substr(0, end);
    if (std::any_of(patterns.begin(), patterns.end(), [&](const auto& p) { return MatchesOne(p, parent, true); })) {
      return true;
    }
  }
  return std::any_of(patterns.begin(), patterns.end(), [&](const auto& p) { return MatchesOne(p, path, is_folder); });
}

absl::StatusOr<std::vector<TreeEntry>> ListTree(const std::string& root, const std::vector<std::string>& ignore) {
  std::vector<TreeEntry> entries;
  RETURN_IF_ERROR(Walk(root, "", ignore, &entries));
  return entries;
}

absl::StatusOr<std::vector<std::string>> Glob(const std::string& root, const std::vector<std::string>& patterns) {
  ASSIGN_OR_RETURN(std::vector<TreeEntry> entries, ListTree(root));
  std::vector<std::string> paths;
  for (const TreeEntry& entry : entries) {
    if (entry.kind == TreeEntry::Kind::kFile && MatchesAny(patterns, entry.path, false)) paths.push_back(entry.path);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

absl::Status CopyFile(const std::string& from, const std::string& to) {
  UniqueFd in(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in.valid()) return ErrnoStatus(errno, absl::StrCat("open ", from));
  struct stat info;
  if (::fstat(in.get(), &info) != 0) return ErrnoStatus(errno, absl::StrCat("look at ", from));
  ::unlink(to.c_str());  // a running program's file can't be written to, but it can be replaced
  UniqueFd out(::open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!out.valid()) return ErrnoStatus(errno, absl::StrCat("create ", to));
  RETURN_IF_ERROR(CopyBytes(in.get(), out.get(), to));
  if (::fchmod(out.get(), info.st_mode & 07777) != 0) return ErrnoStatus(errno, absl::StrCat("set the mode of ", to));
  if (::close(out.Release()) != 0) return ErrnoStatus(errno, absl::StrCat("close ", to));
  return absl::OkStatus();
}

absl::Status CopyTree(const std::string& from, const std::string& to, const std::vector<std::string>& ignore) {
  ASSIGN_OR_RETURN(std::vector<TreeEntry> entries, ListTree(from, ignore));
  RETURN_IF_ERROR(MakeFolders(to));
  for (const TreeEntry& entry : entries) {
    std::string target = JoinPath(to, entry.path);
    if (entry.kind == TreeEntry::Kind::kFolder) {
      RETURN_IF_ERROR(MakeFolders(target));
    } else if (entry.kind == TreeEntry::Kind::kLink) {
      RETURN_IF_ERROR(CopyLink(entry.target, target));
    } else {
      RETURN_IF_ERROR(CopyFile(JoinPath(from, entry.path), target));
    }
  }
  // Folder modes last and deepest first: a read-only one must still be filled.
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if (entry->kind != TreeEntry::Kind::kFolder) continue;
    std::string target = JoinPath(to, entry->path);
    if (::chmod(target.c_str(), entry->mode) != 0) return ErrnoStatus(errno, absl::StrCat("set the mode of ", target));
  }
  return absl::OkStatus();
}

}  // namespace waypoint
