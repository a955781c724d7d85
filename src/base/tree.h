// Folder trees: list, copy, match paths against patterns.
//
// Patterns: `*` and `?` stay within one path part, `**` spans parts, `[a-z]` and `[!a-z]` are sets,
//           `\` takes the next character literally. A pattern without a slash matches the last part
//           of a path anywhere; one with a slash matches from the root of the tree; one that ends in
//           a slash matches folders only. What lies in a matched folder is matched too.
// Threads: any.
// Errors:  as files.h. Sockets, pipes and devices in a tree are skipped.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace waypoint {

// The whole path against the whole pattern.
bool GlobMatch(absl::string_view pattern, absl::string_view path);

// `path` is relative, without leading "./".
bool MatchesAny(const std::vector<std::string>& patterns, absl::string_view path, bool is_folder);

struct TreeEntry {
  enum class Kind { kFolder, kFile, kLink };
  std::string path;  // relative to the root
  Kind kind;
  mode_t mode;         // permission bits
  std::string target;  // of a link
};

// Parents before children, sorted by path. Links are not followed.
absl::StatusOr<std::vector<TreeEntry>> ListTree(const std::string& root, const std::vector<std::string>& ignore = {});

// Regular files of the tree that match one of the patterns, sorted.
absl::StatusOr<std::vector<std::string>> Glob(const std::string& root, const std::vector<std::string>& patterns);

// A file with its permission bits, by reflink or in-kernel copy where the file system can.
absl::Status CopyFile(const std::string& from, const std::string& to);

// `to` is created; existing files in it are replaced. Entries keep their permission bits.
absl::Status CopyTree(const std::string& from, const std::string& to, const std::vector<std::string>& ignore = {});

}  // namespace waypoint
