#include "base/tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"

namespace waypoint {
namespace {

using ::testing::ElementsAre;

TEST(GlobMatchTest, Rows) {
  struct Row {
    const char *pattern, *path;
    bool want;
  };
  const Row kRows[] = {
      {"*.o", "a.o", true},        {"*.o", "d/a.o", false},  {"a?c", "abc", true},
      {"a?c", "a/c", false},       {"**/x", "x", true},      {"**/x", "a/b/x", true},
      {"**/x", "a/bx", false},     {"a/**", "a/b/c", true},  {"a/**/c", "a/c", true},
      {"a/**/c", "a/b/b/c", true}, {"[a-c]x", "bx", true},   {"[!a-c]x", "bx", false},
      {"[]]", "]", true},          {"[a", "[a", true},       {"\\*", "*", true},
      {"\\*", "a", false},         {"", "", true},           {"*", "", true},
      {"a*b*c", "aXbYc", true},    {"a*b*c", "aXbY", false}, {"node_modules", "node", false},
  };
  for (const Row& r : kRows) EXPECT_EQ(GlobMatch(r.pattern, r.path), r.want) << r.pattern << " on " << r.path;
}

TEST(MatchesAnyTest, Rows) {
  struct Row {
    const char *pattern, *path;
    bool folder, want;
  };
  const Row kRows[] = {
      {"*.log", "deep/down/x.log", false, true}, {"build", "build/out/x", false, true},
      {"build/", "build", false, false},         {"build/", "build", true, true},
      {"build/", "build/x", false, true},        {"/build", "src/build", true, false},
      {"src/*.o", "src/a.o", false, true},       {"src/*.o", "lib/src/a.o", false, false},
      {"./src/gen", "src/gen/a", false, true},
  };
  for (const Row& r : kRows) {
    EXPECT_EQ(MatchesAny({r.pattern}, r.path, r.folder), r.want) << r.pattern << " on " << r.path;
  }
}

class TreeTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(MakeFolders(Path("from/sub/empty")).ok());
    ASSERT_TRUE(WriteFile(Path("from/run"), "#!", 0755).ok());
    ASSERT_TRUE(WriteFile(Path("from/sub/data.txt"), std::string(100000, 'x')).ok());
    ASSERT_TRUE(WriteFile(Path("from/sub/noise.log"), "n").ok());
    ASSERT_EQ(::symlink("sub/data.txt", Path("from/link").c_str()), 0);
    ASSERT_EQ(::mkfifo(Path("from/pipe").c_str(), 0600), 0);
  }
  std::string Path(const std::string& name) { return JoinPath(folder_.path(), name); }
  TempFolder folder_ = *TempFolder::Make("tree_test");
};

TEST_F(TreeTest, ListsParentsFirstAndSkipsWhatIsIgnoredOrNotAFile) {
  std::vector<std::string> paths;
  std::vector<TreeEntry> entries = *ListTree(Path("from"), {"*.log"});
  for (const TreeEntry& e : entries) paths.push_back(e.path);
  EXPECT_THAT(paths, ElementsAre("link", "run", "sub", "sub/data.txt", "sub/empty"));
}

TEST_F(TreeTest, CopyKeepsModesLinksAndContent) {
  ASSERT_TRUE(CopyTree(Path("from"), Path("to"), {"*.log"}).ok());
  EXPECT_EQ(ReadFile(Path("to/sub/data.txt"))->size(), 100000u);
  EXPECT_TRUE(IsFolder(Path("to/sub/empty")));
  EXPECT_FALSE(PathExists(Path("to/sub/noise.log")));
  EXPECT_EQ(::access(Path("to/run").c_str(), X_OK), 0);
  struct stat info;
  ASSERT_EQ(::lstat(Path("to/link").c_str(), &info), 0);
  EXPECT_TRUE(S_ISLNK(info.st_mode));
}

TEST_F(TreeTest, GlobFindsFiles) {
  EXPECT_THAT(*Glob(Path("from"), {"sub/*"}), ElementsAre("sub/data.txt", "sub/noise.log"));
}

TEST_F(TreeTest, CopyOfSomethingAbsentSaysSo) {
  EXPECT_EQ(CopyTree(Path("absent"), Path("to")).code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace waypoint
