#include "hcl/number.h"

#include "gtest/gtest.h"

namespace waypoint::hcl {
namespace {

struct ParseRow {
  const char* text;
  const char* want;  // nullptr: not a number
};

TEST(NumberTest, ReadsAndWrites) {
  const ParseRow kRows[] = {
      {"0", "0"},
      {"-0", "-0"},
      {"1e3", "1000"},
      {".5", "0.5"},
      {"5.", "5"},
      {"1p3", "8"},
      {"0.1", "0.1"},
      {"+7", "7"},
      {"inf", "+Inf"},
      {"-Inf", "-Inf"},
      {"9223372036854775807", "9223372036854775807"},
      {"9223372036854775808", "9223372036854775808"},
      {"123456789012345678901234567890.123456789", "123456789012345678901234567890.123456789"},
      {"", nullptr},
      {" 1", nullptr},
      {"1_000", nullptr},
      {"0x10", nullptr},
      {"1e", nullptr},
      {"1.2.3", nullptr},
      {"nan", nullptr},
  };
  for (const ParseRow& row : kRows) {
    SCOPED_TRACE(row.text);
    absl::StatusOr<Number> n = Number::Parse(row.text);
    ASSERT_EQ(n.ok(), row.want != nullptr);
    if (n.ok()) {
      EXPECT_EQ(n->ToString(), row.want);
    }
  }
}

Number Of(const char* text) { return *Number::Parse(text); }

TEST(NumberTest, PrecisionBelongsToTheValue) {
  Number third = *Number::FromInt(10).Divide(Number::FromInt(3));
  EXPECT_EQ(third.ToString(), "3.3333333333333333333");
  EXPECT_EQ(Of("1").Divide(Of("3"))->ToString().size(), 157u);
  EXPECT_EQ(Number::FromDouble(0.1).ToString(), "0.1");
}

TEST(NumberTest, ArithmeticKnowsItsLimits) {
  EXPECT_EQ(Of("9223372036854775807").Add(Of("1"))->ToString(), "9223372036854775808");
  EXPECT_EQ(Of("-9223372036854775808").Subtract(Of("1"))->ToString(), "-9223372036854775809");
  EXPECT_EQ(Of("4294967296").Multiply(Of("4294967296"))->ToString(), "18446744073709551616");
  EXPECT_EQ(Of("0").Multiply(Of("-1"))->ToString(), "-0");
  EXPECT_EQ(Of("-7").Modulo(Of("3"))->ToString(), "-1");
  EXPECT_EQ(Of("5").Modulo(Of("0"))->ToString(), "5");
  EXPECT_EQ(Of("1").Divide(Of("0"))->ToString(), "+Inf");
  EXPECT_FALSE(Of("0").Divide(Of("0")).ok());
  EXPECT_FALSE(Of("inf").Subtract(Of("inf")).ok());
  EXPECT_FALSE(Of("0").Multiply(Of("inf")).ok());
  EXPECT_FALSE(Of("inf").Divide(Of("inf")).ok());
}

TEST(NumberTest, HugeExponentsAreNotWrittenOut) {
  Number huge = Of("1e9999999");
  EXPECT_FALSE(huge.CanWrite());
  EXPECT_LT(huge.ToString().size(), 40u);
  EXPECT_TRUE(Of("1e1000").CanWrite());
  EXPECT_EQ(Of("1e1000").ToString().size(), 1001u);
}

TEST(NumberTest, FormatsAsPrintfAtFullPrecision) {
  EXPECT_EQ(Of("2.5").Format('f', 0), "2");
  EXPECT_EQ(Of("12345.678").Format('e', 2), "1.23e+04");
  EXPECT_EQ(Of("1e20").Format('g', -1), "1e+20");
  EXPECT_EQ(Of("0.0001").Format('g', -1), "0.0001");
  EXPECT_EQ(Of("0").Format('e', 6), "0.000000e+00");
  EXPECT_EQ(Of("9.99").Format('f', 1), "10.0");
}

TEST(NumberTest, ReadsIntegersOfAnyBase) {
  EXPECT_EQ(Number::ParseInt("zZ", 62)->ToString(), "2231");
  EXPECT_EQ(Number::ParseInt("-ff", 16)->ToString(), "-255");
  EXPECT_FALSE(Number::ParseInt("12", 2).has_value());
  EXPECT_FALSE(Number::ParseInt("", 10).has_value());
}

}  // namespace
}  // namespace waypoint::hcl
