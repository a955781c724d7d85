#include "cli/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "cli/app.h"

namespace waypoint::cli {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<std::string> CompleteLine(const std::string& line, const std::string& folder = "/nonexistent") {
  static const Registry* const registry = new Registry(AllCommands());
  return Complete(*registry, line, folder);
}

TEST(CompletionTest, CommandsByTheirBeginning) {
  EXPECT_THAT(CompleteLine("waypoint co"), ElementsAre("config", "context"));
  EXPECT_THAT(CompleteLine("waypoint "), IsSupersetOf({"build", "config", "deploy", "up", "version"}));
  EXPECT_THAT(CompleteLine("waypoint"), Contains("up"));
  EXPECT_THAT(CompleteLine("waypoint nosuch"), IsEmpty());
  EXPECT_THAT(CompleteLine(""), Contains("up"));
}

TEST(CompletionTest, SubcommandsOfAGroup) {
  EXPECT_THAT(CompleteLine("waypoint workspace "), ElementsAre("create", "inspect", "list"));
  EXPECT_THAT(CompleteLine("waypoint config g"), ElementsAre("get"));
  EXPECT_THAT(CompleteLine("waypoint nosuch "), IsEmpty());
}

TEST(CompletionTest, FlagsOnceADashIsTyped) {
  EXPECT_THAT(CompleteLine("waypoint config set -"),
              ElementsAre("-app", "-label-scope", "-plain", "-project", "-runner", "-scope", "-workspace"));
  EXPECT_THAT(CompleteLine("waypoint up -l"), ElementsAre("-label", "-local"));
  EXPECT_THAT(CompleteLine("waypoint up "), IsEmpty());
  // behind other flags and arguments too
  EXPECT_THAT(CompleteLine("waypoint up -label a=b -pr"), ElementsAre("-project", "-prune", "-prune-retain"));
}

TEST(CompletionTest, NeitherHiddenFlagsNorAliasesNorHelp) {
  const std::vector<std::string> flags = CompleteLine("waypoint up -");
  EXPECT_THAT(flags, Each(StartsWith("-")));
  for (const char* unwanted : {"-remote", "-a", "-p", "-w", "-h", "-help", "-version"}) {
    EXPECT_THAT(flags, Not(Contains(unwanted)));
  }
}

TEST(CompletionTest, TheLineEndsAtThePoint) {
  EXPECT_EQ(LineToComplete("waypoint up -local", "12"), "waypoint up ");
  EXPECT_EQ(LineToComplete("waypoint up", ""), "waypoint up");
  EXPECT_EQ(LineToComplete("waypoint up", "99"), "waypoint up");
  EXPECT_EQ(LineToComplete("waypoint up", "x"), "waypoint up");
  EXPECT_EQ(LineToComplete("waypoint up", "0"), "");
}

}  // namespace
}  // namespace waypoint::cli
