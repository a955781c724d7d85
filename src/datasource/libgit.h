// libgit2 with owners for its objects and its errors as status.
//
// Threads: objects belong to one thread.
// Errors:  Aborted with libgit2's text; Cancelled where a stop ended the work.
#pragma once

#include <git2.h>

#include <memory>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "waypoint/record.pb.h"

namespace waypoint::datasource {

template <typename T, void (*kFree)(T*)>
struct GitFree {
  void operator()(T* object) const { kFree(object); }
};
template <typename T, void (*kFree)(T*)>
using GitOwner = std::unique_ptr<T, GitFree<T, kFree>>;

using GitRepository = GitOwner<git_repository, git_repository_free>;
using GitRemote = GitOwner<git_remote, git_remote_free>;
using GitObject = GitOwner<git_object, git_object_free>;
using GitCommit = GitOwner<git_commit, git_commit_free>;
using GitTree = GitOwner<git_tree, git_tree_free>;
using GitDiff = GitOwner<git_diff, git_diff_free>;
using GitSubmodule = GitOwner<git_submodule, git_submodule_free>;

// Before anything else of libgit2; stays for the life of the process.
void StartLibgit();

// OK for 0 and above.
absl::Status GitStatus(int result, absl::string_view action, std::stop_token stop = {});

std::string OidText(const git_oid& oid);

// In lower case; of "https://u:p@Host:1/x", "ssh://git@host/x" and "git@host:x". Empty for a path.
std::string HostOfUrl(absl::string_view url);
// For people to read: a password in it is not for them.
std::string WithoutPassword(absl::string_view url);

// What a conversation with a remote needs: credentials, which only the data source's own host gets, no check of ssh
// host keys, an end on stop.
// Outlives the calls that use `callbacks`.
class GitSession {
 public:
  GitSession(const ::hashicorp::waypoint::Job::Git& git, std::stop_token stop) : git_(git), stop_(stop) {}
  GitSession(const GitSession&) = delete;

  void Fill(git_remote_callbacks* callbacks);
  // As GitStatus, with what the conversation knows: FailedPrecondition for a key that its password does not open,
  // Aborted that says whose login was refused.
  absl::Status Check(int result, absl::string_view action) const;

 private:
  static int OnCredentials(git_credential** out, const char* url, const char* user, unsigned int allowed, void* self);
  static int OnCertificate(git_cert* certificate, int valid, const char* host, void* self);
  static int OnProgress(const git_indexer_progress* progress, void* self);

  const ::hashicorp::waypoint::Job::Git& git_;
  const std::stop_token stop_;
  bool tried_ = false;
  bool refused_ = false;  // what was tried
};

}  // namespace waypoint::datasource
