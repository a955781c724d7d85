// Git as a source: overrides, clones of any ref, polling. The repositories are made here, on disk.
#include "datasource/git_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/run_command.h"
#include "datasource/libgit.h"

namespace waypoint::datasource {
namespace {

namespace pb = ::hashicorp::waypoint;
using ::testing::Contains;
using ::testing::HasSubstr;

class GitTest : public ::testing::Test {
 protected:
  GitTest() : folder_(*TempFolder::Make("git")) {
    StartLibgit();
    git_repository* raw = nullptr;
    git_repository_init(&raw, Url().c_str(), /*is_bare=*/0);
    repository_.reset(raw);
    git_repository_set_head(raw, "refs/heads/main");
  }
  std::string Url() const { return JoinPath(folder_.path(), "origin"); }

  // Writes one file and commits it on `branch`; the commit's id.
  std::string Commit(const std::string& file, const std::string& content,
                     const std::string& branch = "refs/heads/main") {
    EXPECT_TRUE(MakeFolders(FolderOf(JoinPath(Url(), file))).ok());
    EXPECT_TRUE(WriteFile(JoinPath(Url(), file), content).ok());
    git_index* index = nullptr;
    git_repository_index(&index, repository_.get());
    git_index_add_bypath(index, file.c_str());
    git_index_write(index);
    git_oid tree_id, commit_id;
    git_index_write_tree(&tree_id, index);
    git_index_free(index);
    git_tree* tree = nullptr;
    git_tree_lookup(&tree, repository_.get(), &tree_id);
    git_signature* who = nullptr;
    git_signature_new(&who, "A", "a@example.org", 1700000000, 0);
    git_object* parent = nullptr;
    const bool has_parent = git_revparse_single(&parent, repository_.get(), branch.c_str()) == 0;
    const git_commit* parents[] = {reinterpret_cast<git_commit*>(parent)};
    git_commit_create(&commit_id, repository_.get(), branch.c_str(), who, who, nullptr, ("add " + file + "\n").c_str(),
                      tree, has_parent ? 1 : 0, parents);
    git_object_free(parent);
    git_signature_free(who);
    git_tree_free(tree);
    return OidText(commit_id);
  }
  // What only the command does in one line.
  void Git(const std::string& folder, std::vector<std::string> words) {
    CommandOptions command;
    command.argv = {"git"};
    command.argv.insert(command.argv.end(), words.begin(), words.end());
    command.cwd = folder;
    std::string said;
    command.output = [&](absl::string_view text, bool) { absl::StrAppend(&said, text); };
    const auto done = RunCommand(command);
    EXPECT_TRUE(done.ok() && done->ok()) << words[0] << ": " << said;
  }
  pb::Job::Git Source(const std::string& ref = "") const {
    pb::Job::Git git;
    git.set_url(Url());
    git.set_ref(ref);
    return git;
  }
  // Only what happens below `path` counts.
  pb::Job::Git SourceBelow(const std::string& path) const {
    pb::Job::Git git = Source();
    git.set_path(path);
    git.set_ignore_changes_outside_path(true);
    return git;
  }
  absl::StatusOr<Fetched> Fetch(const pb::Job::Git& git) {
    said_.clear();
    return FetchGit(git, {"", [this](absl::string_view, absl::string_view text) { said_.emplace_back(text); }, {}});
  }

  TempFolder folder_;
  GitRepository repository_;
  std::vector<std::string> said_;
};

TEST_F(GitTest, ClonesTheDefaultBranch) {
  const std::string commit = Commit("a.txt", "one");
  auto fetched = Fetch(Source());
  ASSERT_TRUE(fetched.ok()) << fetched.status();
  EXPECT_EQ(*ReadFile(JoinPath(fetched->folder, "a.txt")), "one");
  EXPECT_EQ(fetched->ref->git().commit(), commit);
  EXPECT_EQ(fetched->ref->git().commit_message(), "add a.txt\n");
  EXPECT_EQ(fetched->ref->git().timestamp().seconds(), 1700000000);
  EXPECT_THAT(said_, Contains("Git Commit: " + commit));
  EXPECT_THAT(said_, Contains(" Timestamp: 2023-11-14 22:13:20 +0000 UTC"));
}

TEST_F(GitTest, TheCloneDisappearsWithItsOwner) {
  Commit("a.txt", "one");
  std::string folder;
  {
    auto fetched = Fetch(Source());
    folder = fetched->folder;
    EXPECT_TRUE(IsFolder(folder));
  }
  EXPECT_FALSE(PathExists(folder));
}

TEST_F(GitTest, ChecksOutWhatGitCheckoutAccepts) {
  const std::string first = Commit("a.txt", "one");
  Commit("a.txt", "two");
  Commit("a.txt", "three", "refs/heads/topic");
  Commit("a.txt", "pull", "refs/pull/7/head");
  git_object* target = nullptr;
  git_revparse_single(&target, repository_.get(), first.c_str());
  git_oid tag;
  git_tag_create_lightweight(&tag, repository_.get(), "v1", target, 0);
  git_object_free(target);
  struct Row {
    std::string ref, want;
  };
  for (const Row& row : {Row{"main", "two"}, Row{"topic", "three"}, Row{"v1", "one"}, Row{first, "one"},
                         Row{first.substr(0, 8), "one"}, Row{"refs/pull/7/head", "pull"}, Row{"pull/7/head", "pull"}}) {
    SCOPED_TRACE(row.ref);
    auto fetched = Fetch(Source(row.ref));
    ASSERT_TRUE(fetched.ok()) << fetched.status();
    EXPECT_EQ(*ReadFile(JoinPath(fetched->folder, "a.txt")), row.want);
  }
  auto missing = Fetch(Source("nosuch"));
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kAborted);
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr("nosuch"));
}

TEST_F(GitTest, APathBecomesTheFolder) {
  Commit("apps/web/a.txt", "inside");
  pb::Job::Git git = Source();
  git.set_path("apps/web");
  auto fetched = Fetch(git);
  ASSERT_TRUE(fetched.ok());
  EXPECT_EQ(*ReadFile(JoinPath(fetched->folder, "a.txt")), "inside");
  git.set_path("apps/none");
  EXPECT_EQ(Fetch(git).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(GitTest, SubmodulesAreLeftAloneUnlessAskedForAndOnlySoDeep) {
  const auto make = [&](const std::string& name, const std::string& submodule) {
    const std::string path = JoinPath(folder_.path(), name);
    ASSERT_TRUE(MakeFolders(path).ok());
    ASSERT_TRUE(WriteFile(JoinPath(path, "own.txt"), name).ok());
    Git(path, {"init", "-q", "-b", "main"});
    if (!submodule.empty()) {
      Git(path, {"-c", "protocol.file.allow=always", "submodule", "--quiet", "add", JoinPath(folder_.path(), submodule),
                 "sub"});
    }
    Git(path, {"add", "."});
    Git(path, {"-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", name});
  };
  make("inner", "");
  make("middle", "inner");
  make("outer", "middle");
  pb::Job::Git git;
  git.set_url(JoinPath(folder_.path(), "outer"));
  struct Row {
    uint32_t depth;
    bool middle, inner;
  };
  for (const Row& row : {Row{0, false, false}, Row{1, true, false}, Row{2, true, true}}) {
    for (const char* ref : {"", "main"}) {
      SCOPED_TRACE(absl::StrCat("depth ", row.depth, " ref '", ref, "'"));
      git.set_recurse_submodules(row.depth);
      git.set_ref(ref);
      auto fetched = Fetch(git);
      ASSERT_TRUE(fetched.ok()) << fetched.status();
      EXPECT_TRUE(PathExists(JoinPath(fetched->folder, "own.txt")));
      EXPECT_EQ(PathExists(JoinPath(fetched->folder, "sub/own.txt")), row.middle);
      EXPECT_EQ(PathExists(JoinPath(fetched->folder, "sub/sub/own.txt")), row.inner);
    }
  }
}

TEST_F(GitTest, AMissingRepositoryIsGitsOwnError) {
  pb::Job::Git git = Source();
  git.set_url(JoinPath(folder_.path(), "none"));
  auto fetched = Fetch(git);
  EXPECT_EQ(fetched.status().code(), absl::StatusCode::kAborted);
  EXPECT_THAT(std::string(fetched.status().message()), HasSubstr("clone"));
}

TEST_F(GitTest, PollingTellsChanges) {
  const std::string first = Commit("a.txt", "one");
  auto change = GitChanges(Source(), nullptr, {});
  ASSERT_TRUE(change.ok()) << change.status();
  ASSERT_TRUE(change->has_value());
  const pb::Job::DataSource::Ref current = (*change)->ref;
  EXPECT_EQ(current.git().commit(), first);
  EXPECT_FALSE(GitChanges(Source(), &current, {})->has_value());
  const std::string second = Commit("a.txt", "two");
  EXPECT_EQ((*GitChanges(Source("main"), &current, {}))->ref.git().commit(), second);
  EXPECT_EQ(GitChanges(Source("nosuch"), &current, {}).status().code(), absl::StatusCode::kInternal);
}

TEST_F(GitTest, PollingFindsRefsInTheOrderOfGit) {
  const std::string first = Commit("a.txt", "one");
  const std::string second = Commit("a.txt", "two");
  const std::string topic = Commit("a.txt", "three", "refs/heads/topic");
  const std::string pull = Commit("a.txt", "pull", "refs/pull/7/head");
  const std::string remote = Commit("a.txt", "remote", "refs/remotes/up/HEAD");
  Git(Url(), {"tag", "light", first});
  Git(Url(), {"-c", "user.name=a", "-c", "user.email=a@b", "tag", "-a", "-m", "note", "noted", first});
  Git(Url(), {"tag", "topic", first});  // a tag goes before a branch of its name
  Git(Url(), {"symbolic-ref", "refs/heads/alias", "refs/heads/main"});
  struct Row {
    std::string ref, want;
  };
  for (const Row& row : {Row{"", second}, Row{"HEAD", second}, Row{"main", second}, Row{"refs/heads/topic", topic},
                         Row{"heads/topic", topic}, Row{"topic", first}, Row{"light", first}, Row{"noted", first},
                         Row{"pull/7/head", pull}, Row{"up", remote}, Row{"alias", second}}) {
    SCOPED_TRACE(row.ref);
    auto change = GitChanges(Source(row.ref), nullptr, {});
    ASSERT_TRUE(change.ok()) << change.status();
    EXPECT_EQ((*change)->ref.git().commit(), row.want);
    EXPECT_FALSE((*change)->ref.git().has_timestamp());
    EXPECT_EQ((*change)->ref.git().commit_message(), "");
  }
  // A commit is no ref of the remote.
  EXPECT_EQ(GitChanges(Source(first), nullptr, {}).status().code(), absl::StatusCode::kInternal);
}

TEST_F(GitTest, ChangesCountByOldAndNewNamesBelowThePathOnly) {
  Commit("apps/web/a.txt", "a file that is long enough to be recognised as the same one");
  const pb::Job::DataSource::Ref current = (*GitChanges(Source(), nullptr, {}))->ref;
  pb::Job::Git git = SourceBelow("apps/web");
  EXPECT_FALSE((*GitChanges(git, nullptr, {}))->ignore) << "nothing to compare with";
  Commit("apps/web2/b.txt", "a path that only begins like it");
  EXPECT_TRUE((*GitChanges(git, &current, {}))->ignore);
  git.set_ignore_changes_outside_path(false);
  EXPECT_FALSE((*GitChanges(git, &current, {}))->ignore) << "only if it was asked for";
  git.set_ignore_changes_outside_path(true);
  Git(Url(), {"read-tree", "HEAD"});
  Git(Url(), {"mv", "-f", "apps/web/a.txt", "moved.txt"});
  Git(Url(), {"-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "moved"});
  EXPECT_FALSE((*GitChanges(git, &current, {}))->ignore) << "a file left it";
}

TEST_F(GitTest, PollingIgnoresChangesOutsideThePath) {
  Commit("apps/web/a.txt", "one");
  const pb::Job::DataSource::Ref current = (*GitChanges(Source(), nullptr, {}))->ref;
  pb::Job::Git git = SourceBelow("apps/web");
  Commit("docs/readme", "elsewhere");
  EXPECT_TRUE((*GitChanges(git, &current, {}))->ignore);
  Commit("apps/web/a.txt", "two");
  EXPECT_FALSE((*GitChanges(git, &current, {}))->ignore);
}

// Whoever writes a repository chooses where its submodules come from, but not who gets the login.
TEST(GitUrl, HostsAreToldApart) {
  const std::pair<const char*, const char*> rows[] = {{"https://example.com/a.git", "example.com"},
                                                      {"https://u:p@Example.com:8443/a", "example.com"},
                                                      {"ssh://git@example.com:22/a", "example.com"},
                                                      {"git@example.com:a/b.git", "example.com"},
                                                      {"https://u@x.org@example.com/", "example.com"},
                                                      {"https://example.com", "example.com"},
                                                      {"https://evil.org/@example.com", "evil.org"},
                                                      {"https://evil.org?@example.com", "evil.org"},
                                                      {"https://[::1]:3000/a", "[::1]"},
                                                      {"https://[::1]/a", "[::1]"},
                                                      {"/srv/a:b.git", ""},
                                                      {"relative/path", ""},
                                                      {"", ""}};
  for (const auto& [url, host] : rows) EXPECT_EQ(HostOfUrl(url), host) << url;
}

TEST(GitUrl, PasswordsAreNotShown) {
  EXPECT_EQ(WithoutPassword("https://user:secret@example.com/a.git"), "https://user:***@example.com/a.git");
  EXPECT_EQ(WithoutPassword("https://:sec:r@t@example.com/a"), "https://:***@example.com/a");
  for (const char* url :
       {"https://example.com:8443/a", "https://user@example.com/a", "git@example.com:a@b", "/srv/a:b@c", ""}) {
    EXPECT_EQ(WithoutPassword(url), url);
  }
}

TEST(GitOverrides, ReplaceFieldsAndChooseTheLogin) {
  pb::Job job;
  job.mutable_data_source()->mutable_git()->set_url("u");
  (*job.mutable_data_source_overrides())["Ref"] = "v2";
  (*job.mutable_data_source_overrides())["key"] = "-----BEGIN PRIVATE KEY-----";
  (*job.mutable_data_source_overrides())["key_password"] = "pw";
  auto git = EffectiveGit(job);
  ASSERT_TRUE(git.ok());
  EXPECT_EQ(git->ref(), "v2");
  EXPECT_EQ(git->ssh().password(), "pw");
  (*job.mutable_data_source_overrides())["username"] = "me";
  EXPECT_TRUE(EffectiveGit(job)->has_basic());
}

TEST(GitOverrides, RefuseWhatTheyDoNotKnow) {
  pb::Job job;
  job.mutable_data_source()->mutable_git()->set_url("u");
  (*job.mutable_data_source_overrides())["branch"] = "x";
  EXPECT_EQ(EffectiveGit(job).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(GitOverrides, PathsStayInside) {
  for (const char* path : {"/etc", "../x", "a/../../x"}) {
    pb::Job job;
    job.mutable_data_source()->mutable_git()->set_path(path);
    EXPECT_EQ(EffectiveGit(job).status().code(), absl::StatusCode::kFailedPrecondition) << path;
  }
}

}  // namespace
}  // namespace waypoint::datasource
