#include "hcl/selector.h"

#include "gtest/gtest.h"

namespace waypoint::hcl {
namespace {

const std::map<std::string, std::string> kLabels = {
    {"env", "prod"}, {"region", "us-east"}, {"empty", ""}, {"a-b", "x"}, {"waypoint/workspace", "dev"}};

struct Row {
  const char* selector;
  bool want;
};

TEST(SelectorTest, Matches) {
  const Row kRows[] = {
      {"env == prod", true},
      {"env==prod", true},
      {"env != prod", false},
      {"env == \"prod\" and region == `us-east`", true},
      {"env == dev or region == \"us-east\"", true},
      {"env == dev and region == \"us-east\" or env == prod", true},
      {"not env == dev", true},
      {"not (env == prod and empty is empty)", false},
      {"empty is empty", true},
      {"env is not empty", true},
      {"\"us\" in region", true},
      {"\"eu\" not in region", true},
      {"region contains east", true},
      {"region not contains west", true},
      {"region matches \"^us-\"", true},
      {"region not matches \"^eu-\"", true},
      {"\"/a-b\" == x", true},
      {"\"/waypoint~1workspace\" == dev", true},
      {"waypoint/workspace == dev", true},
      {"env == dev and nosuch == x", false},
  };
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.selector);
    absl::StatusOr<Selector> selector = Selector::Parse(row.selector);
    ASSERT_TRUE(selector.ok()) << selector.status();
    absl::StatusOr<bool> result = selector->Matches(kLabels);
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(*result, row.want);
  }
}

TEST(SelectorTest, ALabelThatIsNotSetIsNotFound) {
  EXPECT_EQ(Selector::Parse("nosuch == x")->Matches(kLabels).status().code(), absl::StatusCode::kNotFound);
}

TEST(SelectorTest, RefusesWhatIsNoSelector) {
  for (const char* text :
       {"", " ", "env", "env ==", "env = prod", "region == us-east", "env == prod and", "(env == prod", "env == prod)",
        "env matches \"(\"", "env is", "x in", "env == prod && env == prod"}) {
    SCOPED_TRACE(text);
    EXPECT_EQ(Selector::Parse(text).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(SelectorTest, DeepNestingIsAnError) {
  std::string deep(100000, '(');
  EXPECT_FALSE(Selector::Parse(deep).ok());
  std::string nots;
  for (int i = 0; i < 100000; ++i) nots += "not ";
  EXPECT_FALSE(Selector::Parse(nots + "env == prod").ok());
}

}  // namespace
}  // namespace waypoint::hcl
