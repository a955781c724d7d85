#include "base/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace waypoint {
namespace {

class FilesTest : public testing::Test {
 protected:
  std::string Path(const std::string& name) { return JoinPath(folder_.path(), name); }
  TempFolder folder_ = *TempFolder::Make("files_test");
};

TEST_F(FilesTest, ReadsBackWhatWasWritten) {
  std::string content("a\0b\n", 4);
  ASSERT_TRUE(WriteFile(Path("f"), content).ok());
  EXPECT_EQ(*ReadFile(Path("f")), content);
}

TEST_F(FilesTest, AtomicWriteReplacesKeepsModeAndLeavesNothingBeside) {
  ASSERT_TRUE(WriteFileAtomic(Path("f"), "old", 0600).ok());
  ASSERT_TRUE(WriteFileAtomic(Path("f"), "new", 0640).ok());
  EXPECT_EQ(*ReadFile(Path("f")), "new");
  struct stat info;
  ASSERT_EQ(::stat(Path("f").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0640u);
  ::unlink(Path("f").c_str());
  EXPECT_EQ(::rmdir(folder_.path().c_str()), 0) << "a temporary file was left";
}

TEST_F(FilesTest, AFullDiskIsSaidAndKeepsTheOldContent) {
  EXPECT_EQ(WriteFile("/dev/full", "x").code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(FilesTest, ErrorsNameThePath) {
  absl::Status status = ReadFile(Path("absent")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_NE(status.message().find(Path("absent")), std::string::npos);
  EXPECT_FALSE(WriteFileAtomic(Path("no/such/folder"), "x").ok());
}

TEST_F(FilesTest, MakeFoldersMakesParentsAndAcceptsExistingOnes) {
  ASSERT_TRUE(MakeFolders(Path("a/b/c")).ok());
  ASSERT_TRUE(MakeFolders(Path("a/b/c")).ok());
  EXPECT_TRUE(IsFolder(Path("a/b/c")));
  ASSERT_TRUE(WriteFile(Path("file"), "").ok());
  EXPECT_FALSE(MakeFolders(Path("file/x")).ok());
}

TEST_F(FilesTest, RemoveAllDoesNotFollowLinks) {
  ASSERT_TRUE(MakeFolders(Path("keep")).ok());
  ASSERT_TRUE(WriteFile(Path("keep/f"), "x").ok());
  ASSERT_TRUE(MakeFolders(Path("gone")).ok());
  ASSERT_EQ(::symlink(Path("keep").c_str(), Path("gone/link").c_str()), 0);
  ASSERT_TRUE(RemoveAll(Path("gone")).ok());
  EXPECT_FALSE(PathExists(Path("gone")));
  EXPECT_TRUE(PathExists(Path("keep/f")));
  EXPECT_TRUE(RemoveAll(Path("absent")).ok());
}

TEST_F(FilesTest, TempFolderGoesWithItsObjectUnlessReleased) {
  std::string gone, kept;
  {
    TempFolder a = *TempFolder::Make("x", folder_.path());
    TempFolder b = *TempFolder::Make("x", folder_.path());
    gone = a.path();
    kept = b.Release();
  }
  EXPECT_FALSE(PathExists(gone));
  EXPECT_TRUE(PathExists(kept));
}

TEST(Paths, Parts) {
  struct Row {
    const char *path, *folder, *base;
  };
  for (const Row& r :
       {Row{"/a/b", "/a", "b"}, Row{"/a", "/", "a"}, Row{"a", ".", "a"}, Row{"/a/b/", "/a", "b"}, Row{"/", "/", "/"}}) {
    EXPECT_EQ(FolderOf(r.path), r.folder) << r.path;
    EXPECT_EQ(BaseName(r.path), r.base) << r.path;
  }
  EXPECT_EQ(JoinPath("a", "b"), "a/b");
  EXPECT_EQ(JoinPath("a/", "b"), "a/b");
  EXPECT_EQ(JoinPath("a", "/b"), "/b");
  EXPECT_EQ(JoinPath("", "b"), "b");
}

}  // namespace
}  // namespace waypoint
