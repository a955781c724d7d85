#include "cli/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waypoint::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

using Words = std::vector<std::string>;

// One flag of each type, as a command has them.
struct Values {
  bool plain = false;
  std::optional<bool> local;
  std::string app;
  std::optional<std::string> url;
  int64_t retain = -1;
  uint64_t limit = 0;
  absl::Duration wait = absl::Seconds(5);
  std::string order;
  std::vector<std::string> states;
  std::vector<std::string> files = {"default"};
  std::map<std::string, std::string> labels;
  FlagSet flags;

  Values() {
    flags.Group("Global Options");
    flags.Bool(&plain, {.name = "plain", .usage = "Plain output."});
    flags.OptionalBool(&local, {.name = "local", .usage = "Here."});
    flags.String(&app, {.name = "app", .usage = "The app.", .alias = "a", .env = "APP"});
    flags.OptionalString(&url, {.name = "url", .usage = "A URL."});
    flags.Int(&retain, {.name = "retain", .usage = "How many."});
    flags.Uint(&limit, {.name = "limit", .usage = "At most."});
    flags.Duration(&wait, {.name = "wait", .usage = "How long."});
    flags.Enum(&order, {"up", "down"}, {.name = "order", .usage = "Order."});
    flags.EnumList(&states, {"ok", "bad"}, {.name = "state", .usage = "States."});
    flags.List(&files, {.name = "file", .usage = "Files."});
    flags.Map(&labels, {.name = "label", .usage = "Labels."});
  }
  absl::StatusOr<Words> Parse(const Words& words, const Environment& env = {}) { return flags.Parse(words, env); }
};

TEST(FlagsTest, OneAndTwoDashesWithAndWithoutEquals) {
  for (const Words& words :
       {Words{"-app=x"}, Words{"--app=x"}, Words{"-app", "x"}, Words{"--app", "x"}, Words{"-a", "x"}, Words{"-a=x"}}) {
    Values v;
    ASSERT_TRUE(v.Parse(words).ok()) << words[0];
    EXPECT_EQ(v.app, "x");
    EXPECT_TRUE(v.flags.Given("app"));
  }
}

TEST(FlagsTest, ABoolNeverTakesTheNextWord) {
  Values v;
  EXPECT_THAT(*v.Parse({"-plain", "false"}), ElementsAre("false"));
  EXPECT_TRUE(v.plain);
}

TEST(FlagsTest, BoolWords) {
  for (const char* word : {"1", "t", "T", "TRUE", "true", "True"}) {
    Values v;
    ASSERT_TRUE(v.Parse({std::string("-local=") + word}).ok());
    EXPECT_EQ(v.local, true) << word;
  }
  for (const char* word : {"0", "f", "F", "FALSE", "false", "False"}) {
    Values v;
    ASSERT_TRUE(v.Parse({std::string("-local=") + word}).ok());
    EXPECT_EQ(v.local, false) << word;
  }
  Values v;
  EXPECT_THAT(v.Parse({"-local=yes"}).status().message(), HasSubstr("invalid value \"yes\" for flag -local"));
}

TEST(FlagsTest, StopsAtTheFirstArgumentALoneDashAndTwoDashes) {
  EXPECT_THAT(*Values().Parse({"-plain", "x", "-app", "y"}), ElementsAre("x", "-app", "y"));
  EXPECT_THAT(*Values().Parse({"-", "-plain"}), ElementsAre("-", "-plain"));
  EXPECT_THAT(*Values().Parse({"--", "-plain"}), ElementsAre("-plain"));
}

TEST(FlagsTest, Numbers) {
  struct Row {
    const char* text;
    int64_t want;
  };
  for (const Row& row :
       {Row{"12", 12}, Row{"-3", -3}, Row{"0x1F", 31}, Row{"010", 8}, Row{"0b101", 5}, Row{"0o17", 15},
        Row{"1_000", 1000}, Row{"9223372036854775807", INT64_MAX}, Row{"-9223372036854775808", INT64_MIN}}) {
    Values v;
    ASSERT_TRUE(v.Parse({std::string("-retain=") + row.text}).ok()) << row.text;
    EXPECT_EQ(v.retain, row.want) << row.text;
  }
  for (const char* bad : {"", "x", "1x", "9223372036854775808", "0x"}) {
    EXPECT_FALSE(Values().Parse({std::string("-retain=") + bad}).ok()) << bad;
  }
  EXPECT_FALSE(Values().Parse({"-limit=-1"}).ok());
}

TEST(FlagsTest, DurationsWithoutAUnitAreSeconds) {
  Values v;
  ASSERT_TRUE(v.Parse({"-wait=90"}).ok());
  EXPECT_EQ(v.wait, absl::Seconds(90));
  ASSERT_TRUE(v.Parse({"-wait=1h30m"}).ok());
  EXPECT_EQ(v.wait, absl::Minutes(90));
  EXPECT_FALSE(v.Parse({"-wait=soon"}).ok());
}

TEST(FlagsTest, ListsAndMaps) {
  Values v;
  ASSERT_TRUE(
      v.Parse({"-file=a,b", "-file", "c", "-label=x=1=2", "-label", "y=", "-state=ok,bad", "-order=down"}).ok());
  EXPECT_THAT(v.files, ElementsAre("a", "b", "c"));
  EXPECT_THAT(v.labels, ElementsAre(Pair("x", "1=2"), Pair("y", "")));
  EXPECT_THAT(v.states, ElementsAre("ok", "bad"));
  EXPECT_EQ(v.order, "down");
  EXPECT_THAT(v.Parse({"-label=x"}).status().message(), HasSubstr("key=value"));
  EXPECT_THAT(v.Parse({"-order=left"}).status().message(), HasSubstr("up, down"));
  EXPECT_FALSE(v.Parse({"-state=ok,what"}).ok());
}

TEST(FlagsTest, WrongFlags) {
  EXPECT_EQ(Values().Parse({"-nope"}).status().message(), "flag provided but not defined: -nope");
  EXPECT_EQ(Values().Parse({"-app"}).status().message(), "flag needs an argument: -app");
}

Environment With(const std::string& app) {
  Environment env;
  env.Set("APP", app);
  return env;
}

TEST(FlagsTest, AVariableReplacesTheDefaultEvenWhenEmpty) {
  Values v;
  v.app = "default";
  ASSERT_TRUE(v.Parse({}, With("")).ok());
  EXPECT_EQ(v.app, "");
  ASSERT_TRUE(v.Parse({"-app=flag"}, With("env")).ok());
  EXPECT_EQ(v.app, "flag");
}

TEST(FlagsTest, FlagsBehindArgumentsAreRefused) {
  Values v;
  EXPECT_FALSE(v.flags.CheckMisplaced({"x", "-plain"}).ok());
  EXPECT_FALSE(v.flags.CheckMisplaced({"x", "--app=y"}).ok());
  EXPECT_TRUE(v.flags.CheckMisplaced({"x", "--", "-plain"}).ok());
  EXPECT_TRUE(v.flags.CheckMisplaced({"x", "-a"}).ok()) << "an alias does not count";
  EXPECT_TRUE(v.flags.CheckMisplaced({"x", "-other"}).ok());
}

TEST(FlagsTest, HelpNamesTypeDefaultAliasAndVariable) {
  const std::string help = Values().flags.Help();
  EXPECT_THAT(help, HasSubstr("Global Options:\n\n  -app=<string>\n      The app. This is aliased as \"-a\". This can "
                              "also be specified via APP.\n"));
  EXPECT_THAT(help, HasSubstr("  -retain=<int>\n      How many. The default is -1.\n"));
  EXPECT_THAT(help, HasSubstr("  -plain\n      Plain output. The default is false.\n"));
}

}  // namespace
}  // namespace waypoint::cli
