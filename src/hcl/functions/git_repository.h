// A git repository as far as names of commits, tags and remotes go, read from its files.
//
// Owns:    paths.
// Threads: immutable; reads the file system at each call.
// Errors:  FailedPrecondition: no repository, no commit.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace waypoint::hcl {

class GitRepository {
 public:
  // The first one found from `folder` upwards.
  static absl::StatusOr<GitRepository> Open(const std::string& folder);

  const std::string& work_tree() const { return work_tree_; }
  absl::StatusOr<std::string> HeadHash() const;
  // Names of tags whose own object has this hash, in order. Annotated tags have objects of their own.
  std::vector<std::string> TagsAt(const std::string& hash) const;
  std::optional<std::string> RemoteUrl(const std::string& name) const;

 private:
  std::optional<std::string> Resolve(const std::string& ref, int depth) const;

  std::string work_tree_;
  std::string git_dir_;     // of this work tree: HEAD
  std::string common_dir_;  // refs, packed-refs, config
};

}  // namespace waypoint::hcl
