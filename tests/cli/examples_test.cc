// Every example that a help shows is a command line that the program understands.
#include "cli/examples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_split.h"
#include "cli/app.h"
#include "cli/command_flags.h"
#include "cli/help.h"
#include "cli/select.h"

namespace waypoint::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ExamplesTest, EachIsOfItsCommandAndParses) {
  const Registry registry = AllCommands();
  int count = 0;
  for (const CommandInfo& command : registry.commands()) {
    for (const std::string& example : ExamplesOf(command.words)) {
      SCOPED_TRACE(example);
      ++count;
      const Selection selection = Select(registry, absl::StrSplit(example, ' '));
      ASSERT_EQ(selection.kind, Selection::Kind::kRun);
      EXPECT_THAT(command.words, ::testing::EndsWith(selection.command->words));  // or the short name of it
      CommandFlags ready(*selection.command);
      const auto words = ready.flags.Parse(selection.args, Environment());
      ASSERT_TRUE(words.ok()) << words.status();
      EXPECT_TRUE(ready.flags.CheckMisplaced(*words).ok()) << ready.flags.CheckMisplaced(*words);
      const bool none = command.arguments.empty(), optional = !none && command.arguments[0] == '[';
      EXPECT_TRUE(optional || none == words->empty()) << "the right number of arguments";
    }
  }
  EXPECT_GT(count, 50);
}

TEST(ExamplesTest, HelpShowsThemBeforeTheFlags) {
  const Registry registry = AllCommands();
  const CommandInfo& command = *registry.FindCommand("artifact build");
  const std::string help = CommandHelp(registry, command, CommandFlags(command).flags, false);
  EXPECT_THAT(help, HasSubstr("\n\nExamples:\n\n  waypoint build\n  waypoint build -app=web -push=false\n\nGlobal "));
}

TEST(ExamplesTest, HelpHasNoSpacesAtTheEndOfLines) {
  const Registry registry = AllCommands();
  for (const CommandInfo& command : registry.commands()) {
    EXPECT_THAT(CommandHelp(registry, command, CommandFlags(command).flags, false), Not(HasSubstr(" \n")))
        << command.words;
  }
}

// Who asks for a group that lists do not show wants to know what is in it.
TEST(ExamplesTest, HiddenGroupsShowTheirCommands) {
  const Registry registry = AllCommands();
  EXPECT_THAT(GroupHelp(registry, *registry.FindGroup("token"), false), HasSubstr("\n  exchange    "));
  EXPECT_THAT(GroupHelp(registry, *registry.FindGroup("server"), false), Not(HasSubstr("local-run")));
}

}  // namespace
}  // namespace waypoint::cli
