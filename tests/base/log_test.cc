#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

namespace waypoint {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class Log : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::pipe(pipe_), 0);
    LogOptions options;
    options.level = LogLevel::kInfo;
    options.fd = pipe_[1];
    StartLogging(options);
  }
  void TearDown() override {
    FlushLog();
    StartLogging(LogOptions());
    ::close(pipe_[0]);
    ::close(pipe_[1]);
  }
  std::string Written() {
    FlushLog();
    char buffer[4096];
    const ssize_t n = ::read(pipe_[0], buffer, sizeof(buffer));
    return std::string(buffer, n > 0 ? static_cast<size_t>(n) : 0);
  }
  int pipe_[2];
};

TEST_F(Log, LineHasTimeLevelNameTextAndPairs) {
  WAYPOINT_LOG(kInfo, "server", "listening", {"address", "127.0.0.1:9701"}, {"why", "two words"});
  EXPECT_THAT(Written(), MatchesRegex("[0-9]{4}-[0-9][0-9]-[0-9][0-9]T[0-9:]{8}\\.[0-9]{3}[+-][0-9]{4} \\[INFO\\]  "
                                      "waypoint\\.server: listening: address=127\\.0\\.0\\.1:9701 "
                                      "why=\"two words\"\n"));
}

TEST_F(Log, LowerLevelsComputeNothing) {
  int computed = 0;
  auto value = [&] {
    ++computed;
    return "x";
  };
  WAYPOINT_LOG(kDebug, "a", "hidden", {"k", value()});
  WAYPOINT_LOG(kError, "a", "shown");
  EXPECT_EQ(computed, 0);
  EXPECT_THAT(Written(), Not(HasSubstr("hidden")));
}

TEST_F(Log, LevelChangesAtRunTime) {
  SetLogLevel(LogLevel::kOff);
  WAYPOINT_LOG(kError, "a", "hidden");
  SetLogLevel(LogLevel::kTrace);
  WAYPOINT_LOG(kTrace, "a", "shown");
  EXPECT_THAT(Written(), EndsWith("shown\n"));
}

TEST_F(Log, NothingBreaksALine) {
  WAYPOINT_LOG(kError, "a", "one\ntwo", {"k", "three\nfour"});
  EXPECT_THAT(Written(), EndsWith("one two: k=\"three\\nfour\"\n"));
}

TEST(LogLevelText, AnyCase) {
  EXPECT_EQ(*ParseLogLevel("WARN"), LogLevel::kWarn);
  EXPECT_FALSE(ParseLogLevel("loud").ok());
}

}  // namespace
}  // namespace waypoint
