#include "base/go_duration.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace waypoint {
namespace {

struct Case {
  std::string text;
  std::optional<absl::Duration> want;
};

TEST(GoDuration, ReadsWhatGoReads) {
  const absl::Duration ns = absl::Nanoseconds(1);
  const Case cases[] = {
      {"0", absl::ZeroDuration()},
      {"+0", absl::ZeroDuration()},
      {"-0", absl::ZeroDuration()},
      {"0s", absl::ZeroDuration()},
      {"30s", absl::Seconds(30)},
      {"1h30m", absl::Minutes(90)},
      {"30m1h", absl::Minutes(90)},
      {"1s1s", absl::Seconds(2)},
      {"-1.5h", -absl::Minutes(90)},
      {"+5s", absl::Seconds(5)},
      {".5s", absl::Milliseconds(500)},
      {"5.s", absl::Seconds(5)},
      {"1.004s", absl::Milliseconds(1004)},
      {"0.3333333333333333333h", absl::Minutes(20)},
      {"0.100000000000000000000h", absl::Minutes(6)},
      {"10ns", 10 * ns},
      {"11us", 11000 * ns},
      {"12\u00b5s", 12000 * ns},
      {"12\u03bcs", 12000 * ns},
      {"13ms", absl::Milliseconds(13)},
      {"39h9m14.425s", absl::Hours(39) + absl::Minutes(9) + absl::Milliseconds(14425)},
      {"9223372036854775807ns", 9223372036854775807 * ns},
      {"-9223372036854775808ns", absl::Nanoseconds(INT64_MIN)},
      {"9223372036854775808ns", std::nullopt},
      {"-9223372036854775809ns", std::nullopt},
      {"9223372036s1000ms", std::nullopt},
      {"3000000h", std::nullopt},
      {"99999999999999999999s", std::nullopt},
      {"", std::nullopt},
      {"-", std::nullopt},
      {"+-5s", std::nullopt},
      {"5", std::nullopt},
      {"1.5", std::nullopt},
      {".s", std::nullopt},
      {"-.s", std::nullopt},
      {"s", std::nullopt},
      {"5 s", std::nullopt},
      {" 5s", std::nullopt},
      {"5s ", std::nullopt},
      {"1.2.3s", std::nullopt},
      {"5S", std::nullopt},
      {"5d", std::nullopt},
      {"1e3s", std::nullopt},
      {"inf", std::nullopt},
      {"infs", std::nullopt},
      {"1h\u00b5s", std::nullopt},
  };
  for (const Case& c : cases) EXPECT_EQ(ParseGoDuration(c.text), c.want) << '"' << c.text << '"';
}

}  // namespace
}  // namespace waypoint
