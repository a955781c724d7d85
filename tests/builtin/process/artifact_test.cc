#include "builtin/process/artifact.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/files.h"
#include "builtin/process/builds.h"
#include "builtin/process/output.h"

namespace waypoint::builtin::process {
namespace {

class ArtifactTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(MakeFolders(Path("app/sub")).ok());
    ASSERT_TRUE(WriteFile(Path("app/run"), "#!", 0755).ok());
    ASSERT_TRUE(WriteFile(Path("app/sub/data"), "12345").ok());
  }
  std::string Path(const std::string& name) { return JoinPath(folder_.path(), name); }
  pb::Artifact Store(const std::string& source, std::vector<std::string> ignore = {}) {
    absl::StatusOr<pb::Artifact> artifact = StoreArtifact(layout_, source, ignore);
    EXPECT_TRUE(artifact.ok()) << artifact.status();
    return artifact.ok() ? *artifact : pb::Artifact();
  }
  TempFolder folder_ = *TempFolder::Make("artifact_test");
  Layout layout_{JoinPath(folder_.path(), "data")};
};

TEST_F(ArtifactTest, EqualContentHasEqualNameOtherContentAnother) {
  pb::Artifact first = Store(Path("app"));
  EXPECT_EQ(first.size(), 7u);
  EXPECT_EQ(first.files(), 2u);
  EXPECT_EQ(Store(Path("app")).id(), first.id());
  ASSERT_TRUE(WriteFile(Path("app/sub/data"), "12346").ok());
  EXPECT_NE(Store(Path("app")).id(), first.id());
}

TEST_F(ArtifactTest, ModesCount) {
  std::string first = Store(Path("app")).id();
  ASSERT_EQ(::chmod(Path("app/run").c_str(), 0644), 0);
  EXPECT_NE(Store(Path("app")).id(), first);
}

TEST_F(ArtifactTest, IgnoredPathsDoNotCount) {
  std::string first = Store(Path("app")).id();
  ASSERT_TRUE(WriteFile(Path("app/noise.log"), "x").ok());
  EXPECT_EQ(Store(Path("app"), {"*.log"}).id(), first);
}

TEST_F(ArtifactTest, AFileBecomesATreeOfOne) {
  pb::Artifact artifact = Store(Path("app/run"));
  ASSERT_TRUE(UnpackArtifact(artifact, Path("out")).ok());
  EXPECT_EQ(*ReadFile(Path("out/run")), "#!");
}

TEST_F(ArtifactTest, LeavesNoTemporaryFolders) {
  pb::Artifact artifact = Store(Path("app"));
  Store(Path("app"));
  ASSERT_TRUE(RemoveAll(artifact.path()).ok());
  EXPECT_EQ(::rmdir(layout_.Artifacts().c_str()), 0);
}

TEST_F(ArtifactTest, AbsentOutputIsNamed) {
  absl::Status status = StoreArtifact(layout_, Path("absent"), {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
}

TEST_F(ArtifactTest, OnlyTheLatestBuildsOfEachAppAreKept) {
  pb::State::Owner web, api;
  web.set_app("web");
  api.set_app("api");
  auto build = [&](const pb::State::Owner& owner, int version) {
    EXPECT_TRUE(WriteFile(Path("app/sub/data"), std::to_string(version)).ok());
    absl::StatusOr<pb::Artifact> artifact = StoreBuild(layout_, owner, Path("app"), {});
    EXPECT_TRUE(artifact.ok()) << artifact.status();
    return artifact->path();
  };
  std::string shared = build(api, 0);
  EXPECT_EQ(build(web, 0), shared);
  std::string first = build(web, 1);
  std::string last;
  for (int i = 2; i < 1 + kBuildsKept; ++i) last = build(web, i);
  EXPECT_TRUE(PathExists(first));
  last = build(web, 1 + kBuildsKept);
  EXPECT_FALSE(PathExists(first));
  EXPECT_TRUE(PathExists(shared)) << "the other app's latest";
  EXPECT_TRUE(PathExists(last));
  EXPECT_EQ(build(web, 2), build(web, 2)) << "building the same again makes it the newest";
}

TEST(LayoutTest, NamesCannotLeaveTheirFolder) {
  EXPECT_EQ(PathPart(".."), "%2E.");
  EXPECT_EQ(PathPart("a/b"), "a%2Fb");
  EXPECT_EQ(PathPart("web-1.2"), "web-1.2");
  EXPECT_EQ(PathPart(""), "%");
}

TEST(OutputTest, WrapperLinesAreLeftOut) {
  TempFolder folder = *TempFolder::Make("output_test");
  std::string path = JoinPath(folder.path(), "log");
  ASSERT_TRUE(WriteFile(path, "one\n2026-01-02T03:04:05.678Z [WARN]  entrypoint: no server\ntwo\r\nthree").ok());
  EXPECT_EQ(LastAppLines(path, 2), "two\nthree");
  EXPECT_EQ(LastAppLines(path, 9), "one\ntwo\nthree");
  EXPECT_EQ(LastAppLines(path + ".absent", 9), "");
}

}  // namespace
}  // namespace waypoint::builtin::process
