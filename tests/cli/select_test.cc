#include "cli/select.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/help.h"

namespace waypoint::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Kind = Selection::Kind;

class Nothing : public Command {
 public:
  int Run(Session&) override { return 0; }
};

CommandInfo Info(const char* words) {
  return {.words = words, .arguments = "", .synopsis = "does it", .help = "", .needs = {}, .make = Make<Nothing>};
}

const Registry& Commands() {
  static const Registry* const registry =
      new Registry({Info("version"), Info("up"), Info("exec"), Info("release"), Info("release list"),
                    Info("server run"), Info("runner profile list"), Info("login"), Info("token new")},
                   {{"server", "servers"},
                    {"release", "releases"},
                    {"runner", "runners"},
                    {"runner profile", "profiles"},
                    {"token", "tokens"}});
  return *registry;
}

Selection Choose(std::vector<std::string> args) { return Select(Commands(), std::move(args)); }

TEST(SelectTest, TheLongestNameWins) {
  EXPECT_EQ(Choose({"up", "-plain", "x"}).command->words, "up");
  EXPECT_THAT(Choose({"up", "-plain", "x"}).args, ElementsAre("-plain", "x"));
  EXPECT_EQ(Choose({"release"}).command->words, "release");
  EXPECT_EQ(Choose({"release", "list"}).command->words, "release list");
  EXPECT_THAT(Choose({"release", "other"}).args, ElementsAre("other"));
  EXPECT_EQ(Choose({"runner", "profile", "list", "x"}).command->words, "runner profile list");
}

TEST(SelectTest, NameWordsEndAtEmptySpacedOrDashedWords) {
  EXPECT_EQ(Choose({"release", "", "list"}).command->words, "release");
  EXPECT_EQ(Choose({"release", "li st"}).command->words, "release");
  EXPECT_EQ(Choose({"release", "-x", "list"}).command->words, "release");
}

TEST(SelectTest, ShellSetup) {
  EXPECT_EQ(Choose({"-autocomplete-install"}).kind, Kind::kShellSetup);
  EXPECT_FALSE(Choose({"-autocomplete-install"}).uninstall);
  EXPECT_TRUE(Choose({"-autocomplete-uninstall"}).uninstall);
  EXPECT_EQ(Choose({"-autocomplete-install", "-h"}).kind, Kind::kTopHelp);
  EXPECT_EQ(Choose({"up", "-autocomplete-install"}).kind, Kind::kRun);
}

TEST(SelectTest, Help) {
  EXPECT_EQ(Choose({"-h"}).kind, Kind::kTopHelp);
  EXPECT_EQ(Choose({"-h"}).exit_code, 0);
  for (const char* flag : {"-h", "-help", "--help"}) {
    const Selection selection = Choose({"exec", "ls", flag});
    EXPECT_EQ(selection.kind, Kind::kCommandHelp) << flag;
    EXPECT_EQ(selection.exit_code, 0);
  }
  EXPECT_EQ(Choose({"exec", "--", "ls", "-h"}).kind, Kind::kRun);
}

TEST(SelectTest, UnknownCommandsAndGroups) {
  EXPECT_EQ(Choose({}).exit_code, 127);
  EXPECT_EQ(Choose({"nosuch"}).kind, Kind::kTopHelp);
  EXPECT_EQ(Choose({"nosuch"}).exit_code, 127);
  EXPECT_EQ(Choose({"server"}).kind, Kind::kGroupHelp);
  EXPECT_EQ(Choose({"server"}).exit_code, 1);
  EXPECT_EQ(Choose({"server", "nosuch"}).exit_code, 1);
  EXPECT_EQ(Choose({"server", "-h"}).exit_code, 0);
}

TEST(SelectTest, Version) {
  for (const char* flag : {"-version", "--version", "-v"}) {
    const Selection selection = Choose({flag});
    EXPECT_EQ(selection.kind, Kind::kRun) << flag;
    EXPECT_EQ(selection.command->words, "version") << flag;
  }
}

TEST(SelectTest, FlagsBeforeTheCommand) {
  const Selection selection = Choose({"-plain", "up"});
  EXPECT_EQ(selection.kind, Kind::kCommandHelp);
  EXPECT_EQ(selection.exit_code, 1);
  EXPECT_THAT(selection.error, HasSubstr("-plain"));
}

TEST(SelectTest, VerbosityIsTakenOutUpToTwoDashes) {
  EXPECT_EQ(Choose({"up", "-vv", "-v"}).verbosity, 2);
  EXPECT_THAT(Choose({"up", "-vv", "-v"}).args, IsEmpty());
  EXPECT_THAT(Choose({"exec", "x", "--", "-vvv"}).args, ElementsAre("x", "--", "-vvv"));
}

TEST(HelpTest, TopListsCommonCommandsInOrderAndLeavesSomeOut) {
  const std::string help = TopHelp(Commands(), "v1.2.3", false);
  EXPECT_THAT(help, HasSubstr("Version: v1.2.3\n"));
  EXPECT_LT(help.find("  login"), help.find("  release"));
  EXPECT_LT(help.find("  release"), help.find("  up"));
  EXPECT_LT(help.find("  up"), help.find("Other commands"));
  EXPECT_THAT(help, Not(HasSubstr("token")));
}

TEST(HelpTest, ACommandThatIsAGroupListsItsSubcommands) {
  const std::string help = CommandHelp(Commands(), *Commands().FindCommand("release"), FlagSet(), false);
  EXPECT_THAT(help, HasSubstr("Usage: waypoint release [options]"));
  EXPECT_THAT(help, HasSubstr("Subcommands:\n  list"));
}

}  // namespace
}  // namespace waypoint::cli
