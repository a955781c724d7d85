#include "builtin/null/config_sourcer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "appconfig/read_once.h"

namespace waypoint::builtin::null {
namespace {

using appconfig::ReadOnce;
using appconfig::SourceRequest;
using ::hashicorp::waypoint::ConfigSource;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

ConfigSource Settings(const std::string& values) {
  ConfigSource source;
  source.set_type("null");
  (*source.mutable_config())["values"] = values;
  return source;
}

TEST(NullSource, ReadsWhatIsWrittenDown) {
  auto values = ReadOnce({{"null",
                           {{"A", {{"static_value", "one"}}},
                            {"B", {{"config_key", "k"}}},
                            {"C", {{"config_key", "k"}, {"static_value", "first"}}}}}},
                         {Settings(R"({"k": "weak"})"), Settings(R"({"k": "two"})")}, MakeSourcer);
  ASSERT_TRUE(values.ok()) << values.status();
  EXPECT_THAT(*values, UnorderedElementsAre(Pair("A", "one"), Pair("B", "two"), Pair("C", "first")));
}

TEST(NullSource, SaysWhatIsMissing) {
  struct Case {
    std::string type;
    SourceRequest request;
    std::string values, want;
  };
  const Case cases[] = {
      {"null", {"A", {{"config_key", "k"}}}, "{}", "no \"k\""},
      {"null", {"A", {}}, "{}", "static_value or config_key"},
      {"null", {"A", {}}, "[]", "must be a JSON object"},
      {"null", {"A", {}}, R"({"k": 1})", "values.k must be a string"},
      {"vault", {"A", {}}, "{}", "no configuration source \"vault\""},
  };
  for (const Case& c : cases) {
    const absl::Status status = ReadOnce({{c.type, {c.request}}}, {Settings(c.values)}, MakeSourcer).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.want));
    EXPECT_THAT(std::string(status.message()), HasSubstr("dynamic value of \"A\""));
  }
  EXPECT_FALSE(ReadOnce({{"null", {{"A", {}}}}}, {}, nullptr).ok());
  EXPECT_TRUE(ReadOnce({}, {}, nullptr).ok());
}

}  // namespace
}  // namespace waypoint::builtin::null
