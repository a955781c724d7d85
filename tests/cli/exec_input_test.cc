#include "cli/exec_input.h"

#include "gtest/gtest.h"

namespace waypoint::cli {
namespace {

TEST(EscapeDetector, EnterTildeDot) {
  EXPECT_TRUE(EscapeDetector().Feed("\r~."));
  EXPECT_TRUE(EscapeDetector().Feed("ls\n~."));
  EXPECT_TRUE(EscapeDetector().Feed("~.")) << "the first line counts";
}

TEST(EscapeDetector, KeysMayComeOneByOne) {
  EscapeDetector detector;
  EXPECT_FALSE(detector.Feed("\r"));
  EXPECT_FALSE(detector.Feed("~"));
  EXPECT_TRUE(detector.Feed("."));
}

TEST(EscapeDetector, NothingElse) {
  EscapeDetector detector;
  EXPECT_FALSE(detector.Feed("cd ~."));
  EXPECT_FALSE(detector.Feed("\r~x."));
  EXPECT_FALSE(detector.Feed("\r~\r."));
  EXPECT_TRUE(detector.Feed("\r\r~."));
}

}  // namespace
}  // namespace waypoint::cli
