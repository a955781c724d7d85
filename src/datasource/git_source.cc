#include "datasource/git_source.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/status.h"
#include "base/utf8.h"
#include "datasource/libgit.h"
#include "ptypes/ssh_key.h"

namespace waypoint::datasource {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr int kSymbolicRefDepth = 10;

void Say(const FetchOptions& options, absl::string_view style, absl::string_view text) {
  if (options.say) options.say(style, text);
}

void Announce(const pb::Job::Git& git, const FetchOptions& options) {
  Say(options, "header", "Cloning data from Git");
  Say(options, "info", absl::StrCat("       URL: ", WithoutPassword(git.url())));
  if (!git.ref().empty()) Say(options, "info", absl::StrCat("       Ref: ", git.ref()));
  if (git.has_basic()) Say(options, "info", "      Auth: username/password");
  if (git.has_ssh()) Say(options, "info", "      Auth: ssh");
}

absl::StatusOr<GitRepository> Clone(GitSession& session, const std::string& url, const std::string& folder) {
  git_clone_options options = GIT_CLONE_OPTIONS_INIT;
  session.Fill(&options.fetch_opts.callbacks);
  git_repository* raw = nullptr;
  RETURN_IF_ERROR(session.Check(git_clone(&raw, url.c_str(), folder.c_str(), &options),
                                absl::StrCat("clone ", WithoutPassword(url))));
  return GitRepository(raw);
}

// So that anything the server has can be checked out: pull requests, tags of other branches.
absl::Status FetchEverything(GitSession& session, git_repository* repository) {
  git_remote* raw = nullptr;
  RETURN_IF_ERROR(GitStatus(git_remote_lookup(&raw, repository, "origin"), "remote"));
  GitRemote remote(raw);
  git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
  options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_ALL;
  session.Fill(&options.callbacks);
  char all[] = "+refs/*:refs/*", head[] = "+HEAD:refs/remotes/origin/HEAD";
  char* specs[] = {all, head};
  const git_strarray refspecs = {specs, 2};
  return session.Check(git_remote_fetch(remote.get(), &refspecs, &options, nullptr), "fetch");
}

absl::StatusOr<GitObject> FindRef(git_repository* repository, const std::string& ref) {
  absl::Status first;
  for (const std::string& name : {ref, absl::StrCat("refs/", ref), absl::StrCat("refs/remotes/origin/", ref)}) {
    git_object* raw = nullptr;
    absl::Status status =
        GitStatus(git_revparse_single(&raw, repository, name.c_str()), absl::StrCat("checkout ", ref));
    if (status.ok()) return GitObject(raw);
    if (first.ok()) first = status;
  }
  return first;
}

absl::Status Checkout(git_repository* repository, const std::string& ref) {
  ASSIGN_OR_RETURN(GitObject found, FindRef(repository, ref));
  git_object* raw = nullptr;
  RETURN_IF_ERROR(GitStatus(git_object_peel(&raw, found.get(), GIT_OBJECT_COMMIT), absl::StrCat("checkout ", ref)));
  GitObject commit(raw);
  git_checkout_options options = GIT_CHECKOUT_OPTIONS_INIT;
  options.checkout_strategy = GIT_CHECKOUT_FORCE;
  RETURN_IF_ERROR(GitStatus(git_checkout_tree(repository, commit.get(), &options), absl::StrCat("checkout ", ref)));
  return GitStatus(git_repository_set_head_detached(repository, git_object_id(commit.get())), "checkout");
}

int CollectName(git_submodule*, const char* name, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

absl::Status UpdateSubmodules(GitSession& session, git_repository* repository, uint32_t depth) {
  if (depth == 0) return absl::OkStatus();
  std::vector<std::string> names;
  RETURN_IF_ERROR(GitStatus(git_submodule_foreach(repository, CollectName, &names), "submodules"));
  for (const std::string& name : names) {
    git_submodule* raw = nullptr;
    RETURN_IF_ERROR(GitStatus(git_submodule_lookup(&raw, repository, name.c_str()), "submodules"));
    GitSubmodule submodule(raw);
    git_submodule_update_options options = GIT_SUBMODULE_UPDATE_OPTIONS_INIT;
    session.Fill(&options.fetch_opts.callbacks);
    RETURN_IF_ERROR(
        session.Check(git_submodule_update(submodule.get(), /*init=*/1, &options), absl::StrCat("submodule ", name)));
    git_repository* inner = nullptr;
    RETURN_IF_ERROR(GitStatus(git_submodule_open(&inner, submodule.get()), absl::StrCat("submodule ", name)));
    GitRepository owner(inner);
    RETURN_IF_ERROR(UpdateSubmodules(session, inner, depth - 1));
  }
  return absl::OkStatus();
}

absl::StatusOr<pb::Job::Git::Ref> HeadRef(git_repository* repository) {
  git_object* raw = nullptr;
  RETURN_IF_ERROR(GitStatus(git_revparse_single(&raw, repository, "HEAD^{commit}"), "HEAD"));
  GitObject object(raw);
  auto* commit = reinterpret_cast<git_commit*>(object.get());
  pb::Job::Git::Ref ref;
  ref.set_commit(OidText(*git_commit_id(commit)));
  ref.mutable_timestamp()->set_seconds(git_commit_author(commit)->when.time);
  const char* message = git_commit_message(commit);
  ref.set_commit_message(message != nullptr ? ValidUtf8(message) : "");
  return ref;
}

void AnnounceHead(const pb::Job::Git::Ref& ref, const FetchOptions& options) {
  const absl::Time time = absl::FromUnixSeconds(ref.timestamp().seconds());
  Say(options, "info", absl::StrCat("Git Commit: ", ref.commit()));
  Say(options, "info",
      absl::StrCat(" Timestamp: ", absl::FormatTime("%Y-%m-%d %H:%M:%S +0000 UTC", time, absl::UTCTimeZone())));
  Say(options, "info", absl::StrCat("   Message: ", ref.commit_message()));
}

// libgit2 looks at the key only later, inside the conversation; say early what is wrong with it.
absl::Status CheckKey(const pb::Job::Git& git) {
  if (!git.has_ssh()) return absl::OkStatus();
  absl::Status key = ptypes::CheckPrivateKey(git.ssh().private_key_pem(), git.ssh().password());
  if (key.ok()) return key;
  return absl::FailedPreconditionError(absl::StrCat("the git data source's ssh key: ", key.message()));
}

struct RemoteHead {
  std::string oid, symbolic;
};

absl::StatusOr<std::map<std::string, RemoteHead>> ListRemote(GitSession& session, const std::string& url) {
  git_remote* raw = nullptr;
  RETURN_IF_ERROR(
      GitStatus(git_remote_create_detached(&raw, url.c_str()), absl::StrCat("remote ", WithoutPassword(url))));
  GitRemote remote(raw);
  git_remote_callbacks callbacks = GIT_REMOTE_CALLBACKS_INIT;
  session.Fill(&callbacks);
  RETURN_IF_ERROR(session.Check(git_remote_connect(remote.get(), GIT_DIRECTION_FETCH, &callbacks, nullptr, nullptr),
                                absl::StrCat("ls-remote ", WithoutPassword(url))));
  const git_remote_head** heads = nullptr;
  size_t count = 0;
  RETURN_IF_ERROR(
      GitStatus(git_remote_ls(&heads, &count, remote.get()), absl::StrCat("ls-remote ", WithoutPassword(url))));
  std::map<std::string, RemoteHead> out;
  for (size_t i = 0; i < count; ++i) {
    out[heads[i]->name] = {OidText(heads[i]->oid), heads[i]->symref_target != nullptr ? heads[i]->symref_target : ""};
  }
  return out;
}

absl::StatusOr<std::string> ResolveOnRemote(const std::map<std::string, RemoteHead>& heads, const std::string& ref) {
  const std::string target = ref.empty() ? "HEAD" : ref;
  for (const char* pattern : {"", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"}) {
    auto it = heads.find(absl::StrCat(pattern, target));
    if (it == heads.end()) continue;
    for (int depth = 0; !it->second.symbolic.empty(); ++depth) {
      if (depth == kSymbolicRefDepth) {
        return absl::FailedPreconditionError(absl::StrCat("git ref \"", target, "\" points at itself in a circle"));
      }
      const auto next = heads.find(it->second.symbolic);
      if (next == heads.end()) break;
      it = next;
    }
    // An annotated tag stands for its commit.
    const auto peeled = heads.find(absl::StrCat(it->first, "^{}"));
    return peeled != heads.end() ? peeled->second.oid : it->second.oid;
  }
  const auto remote_head = heads.find(absl::StrCat("refs/remotes/", target, "/HEAD"));
  if (remote_head != heads.end()) return remote_head->second.oid;
  return absl::InternalError(absl::StrCat("git ref \"", target, "\" is not on the remote"));
}

absl::StatusOr<GitTree> TreeOf(git_repository* repository, const std::string& commit) {
  git_object* raw = nullptr;
  RETURN_IF_ERROR(GitStatus(git_revparse_single(&raw, repository, absl::StrCat(commit, "^{tree}").c_str()),
                            absl::StrCat("tree of ", commit)));
  return GitTree(reinterpret_cast<git_tree*>(raw));
}

absl::StatusOr<bool> TouchesPath(const pb::Job::Git& git, GitSession& session, const std::string& before,
                                 const std::string& after) {
  ASSIGN_OR_RETURN(TempFolder folder, TempFolder::Make("waypoint"));
  ASSIGN_OR_RETURN(GitRepository repository, Clone(session, git.url(), folder.path()));
  RETURN_IF_ERROR(FetchEverything(session, repository.get()));
  ASSIGN_OR_RETURN(GitTree old_tree, TreeOf(repository.get(), before));
  ASSIGN_OR_RETURN(GitTree new_tree, TreeOf(repository.get(), after));
  git_diff* raw = nullptr;
  RETURN_IF_ERROR(
      GitStatus(git_diff_tree_to_tree(&raw, repository.get(), old_tree.get(), new_tree.get(), nullptr), "diff"));
  GitDiff diff(raw);
  const std::string below = absl::StrCat(git.path(), absl::EndsWith(git.path(), "/") ? "" : "/");
  for (size_t i = 0; i < git_diff_num_deltas(diff.get()); ++i) {
    const git_diff_delta* delta = git_diff_get_delta(diff.get(), i);
    if (absl::StartsWith(delta->old_file.path, below) || absl::StartsWith(delta->new_file.path, below)) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<Fetched> FetchGit(const pb::Job::Git& git, const FetchOptions& options) {
  StartLibgit();
  RETURN_IF_ERROR(CheckKey(git));
  Announce(git, options);
  ASSIGN_OR_RETURN(TempFolder folder, TempFolder::Make("waypoint"));
  GitSession session(git, options.stop);
  ASSIGN_OR_RETURN(GitRepository repository, Clone(session, git.url(), folder.path()));
  if (!git.ref().empty()) {
    RETURN_IF_ERROR(FetchEverything(session, repository.get()));
    RETURN_IF_ERROR(Checkout(repository.get(), git.ref()));
  }
  RETURN_IF_ERROR(UpdateSubmodules(session, repository.get(), git.recurse_submodules()));
  ASSIGN_OR_RETURN(pb::Job::Git::Ref head, HeadRef(repository.get()));
  AnnounceHead(head, options);

  Fetched out;
  out.folder = git.path().empty() ? folder.path() : JoinPath(folder.path(), git.path());
  if (!IsFolder(out.folder)) {
    return absl::FailedPreconditionError(
        absl::StrCat("the repository has no folder \"", git.path(), "\" at ", head.commit()));
  }
  *out.ref.emplace().mutable_git() = std::move(head);
  out.owned = std::move(folder);
  return out;
}

absl::StatusOr<std::optional<GitChange>> GitChanges(const pb::Job::Git& git, const pb::Job::DataSource::Ref* current,
                                                    std::stop_token stop) {
  StartLibgit();
  RETURN_IF_ERROR(CheckKey(git));
  GitSession session(git, stop);
  ASSIGN_OR_RETURN(auto heads, ListRemote(session, git.url()));
  ASSIGN_OR_RETURN(std::string commit, ResolveOnRemote(heads, git.ref()));
  const std::string before = current != nullptr ? current->git().commit() : "";
  if (commit == before) return std::optional<GitChange>();
  GitChange change;
  change.ref.mutable_git()->set_commit(commit);
  if (!before.empty() && !git.path().empty() && git.ignore_changes_outside_path()) {
    ASSIGN_OR_RETURN(bool touches, TouchesPath(git, session, before, commit));
    change.ignore = !touches;
  }
  return std::optional<GitChange>(std::move(change));
}

}  // namespace waypoint::datasource
