#include "clicontext/storage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"

namespace waypoint::clicontext {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class StorageTest : public ::testing::Test {
 protected:
  StorageTest() : folder_(*TempFolder::Make("contexts")), storage_(folder_.path()) {}
  void Set(const std::string& name, const std::string& address = "host:9701") {
    Context context;
    context.address = address;
    ASSERT_TRUE(storage_.Set(name, context).ok());
  }
  TempFolder folder_;
  Storage storage_;
};

TEST_F(StorageTest, StartsEmpty) {
  EXPECT_THAT(*storage_.List(), IsEmpty());
  EXPECT_EQ(storage_.Default(), "");
  EXPECT_TRUE(absl::IsNotFound(storage_.Load("x").status()));
}

TEST_F(StorageTest, TheFirstContextBecomesTheDefault) {
  Set("one");
  Set("two");
  EXPECT_THAT(*storage_.List(), ElementsAre("one", "two"));
  EXPECT_EQ(storage_.Default(), "one");
  ASSERT_TRUE(storage_.SetDefault("two").ok());
  EXPECT_EQ(storage_.Default(), "two");
  EXPECT_FALSE(storage_.SetDefault("three").ok());
}

TEST_F(StorageTest, FilesAreForTheUserAlone) {
  Set("one");
  struct stat info;
  ASSERT_EQ(stat(storage_.PathOf("one").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(StorageTest, DeletingTheDefaultUnsetsIt) {
  Set("one");
  ASSERT_TRUE(storage_.Delete("one").ok());
  EXPECT_EQ(storage_.Default(), "");
  EXPECT_TRUE(storage_.Delete("one").ok()) << "a missing one is fine";
}

TEST_F(StorageTest, RenameMovesTheDefaultAndOverwrites) {
  Set("one");
  Set("two", "other:1");
  ASSERT_TRUE(storage_.Rename("one", "two").ok());
  EXPECT_THAT(*storage_.List(), ElementsAre("two"));
  EXPECT_EQ(storage_.Default(), "two");
  EXPECT_EQ(storage_.Load("two")->address, "host:9701");
  EXPECT_FALSE(storage_.Rename("gone", "x").ok());
}

TEST_F(StorageTest, ADanglingDefaultStillNamesItsTarget) {
  Set("one");
  ASSERT_EQ(unlink(storage_.PathOf("one").c_str()), 0);
  EXPECT_EQ(storage_.Default(), "one");
}

TEST_F(StorageTest, ADefaultWithoutLinksIsAFileWithTheName) {
  Set("one");
  ASSERT_TRUE(storage_.UnsetDefault().ok());
  ASSERT_TRUE(WriteFile(folder_.path() + "/context/_default.hcl", "one").ok());
  EXPECT_EQ(storage_.Default(), "one");
  EXPECT_THAT(*storage_.List(), ElementsAre("one"));
}

TEST_F(StorageTest, NamesThatAreNone) {
  for (const char* name : {"", "_default", "../x", ".hidden", "a/b"}) {
    EXPECT_FALSE(storage_.Set(name, Context()).ok()) << name;
  }
}

TEST(ContextFileTest, SurvivesARoundTrip) {
  Context context;
  context.address = "host:9701";
  context.tls = true;
  context.require_auth = true;
  context.auth_token = "quote\" back\\slash ${not a template} %{nor this}";
  context.platform = "docker";
  context.workspace = "dev";
  const auto parsed = ParseContext(FormatContext(context), "x.hcl");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->address, context.address);
  EXPECT_TRUE(parsed->tls);
  EXPECT_FALSE(parsed->tls_skip_verify);
  EXPECT_TRUE(parsed->require_auth);
  EXPECT_EQ(parsed->auth_token, context.auth_token);
  EXPECT_EQ(parsed->platform, "docker");
  EXPECT_EQ(parsed->workspace, "dev");
}

TEST(ContextFileTest, OnlyBlockAndAddressAreRequired) {
  EXPECT_TRUE(ParseContext("server {\n  address = \"a:1\"\n}\n", "x.hcl").ok());
  EXPECT_THAT(ParseContext("server {\n}\n", "x.hcl").status().message(), HasSubstr("address"));
  EXPECT_THAT(ParseContext("workspace = \"x\"\n", "x.hcl").status().message(), HasSubstr("server"));
}

TEST(ContextFileTest, MistakesNameFileAndLine) {
  EXPECT_THAT(ParseContext("server {\n  address = \"a:1\"\n  nonsense = 1\n}\n", "dir/x.hcl").status().message(),
              HasSubstr("dir/x.hcl:3"));
  EXPECT_THAT(ParseContext("server {\n  address = \n}\n", "dir/x.hcl").status().message(), HasSubstr("dir/x.hcl:2"));
  EXPECT_FALSE(ParseContext("server {\n  address = 12\n  tls = \"maybe\"\n}\n", "x.hcl").ok());
}

}  // namespace
}  // namespace waypoint::clicontext
