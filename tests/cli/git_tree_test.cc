#include "cli/git_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/run_command.h"

namespace waypoint::cli {
namespace {

TEST(SameRepositoryTest, HoweverItIsWritten) {
  EXPECT_TRUE(SameRepository("https://host.test/a/b", "https://host.test/a/b.git"));
  EXPECT_TRUE(SameRepository("git@host.test:a/b.git", "host.test:a/b"));
  EXPECT_TRUE(SameRepository("git@host.test:a/b.git", "https://host.test/a/b"));
  EXPECT_TRUE(SameRepository("https://host.test/a/b.git", "ssh://git@host.test/a/b"));
  EXPECT_FALSE(SameRepository("https://host.test/a/b", "https://host.test/a/c"));
  EXPECT_FALSE(SameRepository("https://host.test/a/b", "https://other.test/a/b"));
}

class GitTreeTest : public ::testing::Test {
 protected:
  GitTreeTest() : folder_(*TempFolder::Make("git-tree")) {
    source_.set_url(Origin());
    EXPECT_TRUE(MakeFolders(Origin()).ok());
    Git(Origin(), {"init", "-q", "-b", "main"});
    EXPECT_TRUE(MakeFolders(Origin() + "/app").ok());
    Put(Origin() + "/app/file", "one");
    Put(Origin() + "/other", "one");
    Commit(Origin());
    Git(folder_.path(), {"clone", "-q", Origin(), Clone()});
  }
  std::string Origin() const { return folder_.path() + "/origin"; }
  std::string Clone() const { return folder_.path() + "/clone"; }
  static void Put(const std::string& path, const std::string& text) { ASSERT_TRUE(WriteFile(path, text).ok()); }
  static void Git(const std::string& cwd, std::vector<std::string> words) {
    words.insert(words.begin(), {"git", "-c", "user.name=Somebody", "-c", "user.email=somebody@example.test"});
    CommandOptions options;
    options.argv = words;
    options.cwd = cwd;
    const auto end = RunCommand(options);
    ASSERT_TRUE(end.ok()) << end.status();
    ASSERT_TRUE(end->ok()) << end->Text();
  }
  static void Commit(const std::string& cwd) {
    Git(cwd, {"add", "."});
    Git(cwd, {"commit", "-q", "-m", "change"});
  }
  bool Edited() const {
    const auto edited = HasUnusedEdits(Clone() + "/app", source_);
    EXPECT_TRUE(edited.ok()) << edited.status();
    return edited.value_or(false);
  }

  TempFolder folder_;
  hashicorp::waypoint::Job::Git source_;
};

TEST_F(GitTreeTest, AFreshCloneHasNone) { EXPECT_FALSE(Edited()); }

TEST_F(GitTreeTest, UncommittedAndUntrackedFilesAreEdits) {
  Put(Clone() + "/other", "two");
  EXPECT_TRUE(Edited());
  Git(Clone(), {"checkout", "-q", "."});
  EXPECT_FALSE(Edited());
  Put(Clone() + "/untracked", "");
  EXPECT_TRUE(Edited());
}

TEST_F(GitTreeTest, CommitsThatWereNotPushedAreEdits) {
  Put(Clone() + "/other", "two");
  Commit(Clone());
  EXPECT_TRUE(Edited());
  source_.set_ref("main");
  EXPECT_TRUE(Edited());
}

TEST_F(GitTreeTest, OnlyBelowThePathOfTheSource) {
  source_.set_path("app");
  Put(Clone() + "/other", "two");
  EXPECT_FALSE(Edited());
  Commit(Clone());
  EXPECT_FALSE(Edited());
  Put(Clone() + "/app/file", "two");
  EXPECT_TRUE(Edited());
}

TEST_F(GitTreeTest, WhatCannotBeComparedIsAnError) {
  source_.set_ref("nosuch");
  EXPECT_EQ(HasUnusedEdits(Clone(), source_).status().code(), absl::StatusCode::kNotFound);
  source_.set_url("https://other.test/a/b");
  EXPECT_EQ(HasUnusedEdits(Clone(), source_).status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(HasUnusedEdits(folder_.path(), source_).ok());
}

}  // namespace
}  // namespace waypoint::cli
