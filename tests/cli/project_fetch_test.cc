#include "cli/project_fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/files.h"
#include "cli/run_program.h"

namespace waypoint::cli {
namespace {

using ::testing::HasSubstr;
using Kind = ProjectSource::Kind;

TEST(ProjectSourceTest, Kinds) {
  auto kind = [](const char* text) { return ParseProjectSource(text, "/here").kind; };
  EXPECT_EQ(kind("git::https://host.test/a/b"), Kind::kGit);
  EXPECT_EQ(kind("git@host.test:a/b"), Kind::kGit);
  EXPECT_EQ(kind("https://host.test/a/b.git?ref=main"), Kind::kGit);
  EXPECT_EQ(kind("github.com/a/b//c"), Kind::kGit);
  EXPECT_EQ(kind("https://host.test/a.tar.gz"), Kind::kArchive);
  EXPECT_EQ(kind("../project"), Kind::kFolder);
}

TEST(ProjectSourceTest, FolderAndBranch) {
  const ProjectSource git = ParseProjectSource("git::https://host.test/a/b.git//c/d?ref=v1", "/here");
  EXPECT_EQ(git.location, "https://host.test/a/b.git");
  EXPECT_EQ(git.folder, "c/d");
  EXPECT_EQ(git.ref, "v1");
  const ProjectSource archive = ParseProjectSource("https://host.test/a.zip//c?token=x", "/here");
  EXPECT_EQ(archive.location, "https://host.test/a.zip?token=x");
  EXPECT_EQ(archive.folder, "c");
}

TEST(ProjectSourceTest, TargetIsTheLastPartWithoutExtension) {
  EXPECT_EQ(DefaultTarget("https://host.test/a/project.zip?x=/y"), "project");
  EXPECT_EQ(DefaultTarget("https://host.test/a/project.tar.gz"), "project");
  EXPECT_EQ(DefaultTarget("git@host.test:a/project.git"), "project");
  EXPECT_EQ(DefaultTarget("../a/project/"), "project");
  EXPECT_EQ(DefaultTarget("github.com/a/b//examples/web"), "web");
}

class FetchProjectTest : public ::testing::Test {
 protected:
  FetchProjectTest() : folder_(*TempFolder::Make("fetch")) {
    EXPECT_TRUE(MakeFolders(Path("from/inner")).ok());
    Put("from/waypoint.hcl", "top");
    Put("from/inner/waypoint.hcl", "inside");
  }
  std::string Path(const std::string& name) const { return JoinPath(folder_.path(), name); }
  void Put(const std::string& name, const std::string& text) { EXPECT_TRUE(WriteFile(Path(name), text).ok()); }
  absl::Status Fetch(const std::string& source) {
    return FetchProject(ParseProjectSource(source, folder_.path()), Path("to"), {});
  }
  std::string Copied(const std::string& name) const { return ReadFile(Path("to/" + name)).value_or("(absent)"); }
  void MakeRepository() {
    for (std::vector<std::string> words : std::vector<std::vector<std::string>>{
             {"init", "-q", "-b", "main"},
             {"add", "."},
             {"-c", "user.name=S", "-c", "user.email=s@example.test", "commit", "-q", "-m", "first"}}) {
      const auto end = RunGit(words, Path("from"), absl::Seconds(20));
      ASSERT_TRUE(end.ok() && end->code == 0) << end.status();
    }
  }

  TempFolder folder_;
};

TEST_F(FetchProjectTest, AFolder) {
  ASSERT_TRUE(Fetch("from").ok());
  EXPECT_EQ(Copied("waypoint.hcl"), "top");
  EXPECT_EQ(Copied("inner/waypoint.hcl"), "inside");
}

TEST_F(FetchProjectTest, TheTargetMustBeNew) {
  ASSERT_TRUE(MakeFolders(Path("to")).ok());
  EXPECT_EQ(Fetch("from").code(), absl::StatusCode::kAlreadyExists);
}

TEST_F(FetchProjectTest, NoLinks) {
  ASSERT_EQ(symlink("/etc", Path("from/link").c_str()), 0);
  EXPECT_THAT(std::string(Fetch("from").message()), HasSubstr("symbolic link"));
  EXPECT_FALSE(PathExists(Path("to")));
}

TEST_F(FetchProjectTest, Nothing) {
  EXPECT_EQ(Fetch("nosuch").code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(PathExists(Path("to")));
}

TEST_F(FetchProjectTest, ARepository) {
  MakeRepository();
  ASSERT_TRUE(Fetch("git::file://" + Path("from") + "?ref=main").ok());
  EXPECT_EQ(Copied("waypoint.hcl"), "top");
}

TEST_F(FetchProjectTest, AFolderOfARepository) {
  MakeRepository();
  ASSERT_TRUE(Fetch("git::file://" + Path("from") + "//inner").ok());
  EXPECT_EQ(Copied("waypoint.hcl"), "inside");
}

TEST_F(FetchProjectTest, ItDoesNotLeadOutOfTheRepository) {
  MakeRepository();
  EXPECT_EQ(Fetch("git::file://" + Path("from") + "//../..").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(Fetch("git::file://" + Path("from") + "?ref=nosuch").message()), HasSubstr("nosuch"));
  EXPECT_FALSE(PathExists(Path("to")));
}

}  // namespace
}  // namespace waypoint::cli
