#include "entrypoint/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/subprocess.h"

namespace waypoint::entrypoint {
namespace {

using ::testing::ElementsAre;

TEST(ReadOptionsTest, Defaults) {
  Options options = *ReadOptions({"app", "-x"}, {});
  EXPECT_TRUE(options.disabled) << "no server is known";
  EXPECT_EQ(options.log_level, LogLevel::kDebug);
  EXPECT_EQ(EnvironmentValue(options.env, "PORT"), "5000");
  EXPECT_THAT(options.command, ElementsAre("app", "-x"));
}

TEST(ReadOptionsTest, ReadsTheEnvironment) {
  Options options =
      *ReadOptions({"--", "-app"}, {"WAYPOINT_DEPLOYMENT_ID=D", "WAYPOINT_SERVER_ADDR=h:1", "WAYPOINT_SERVER_TLS=1",
                                    "WAYPOINT_SERVER_TLS_SKIP_VERIFY=True", "WAYPOINT_CEB_INVITE_TOKEN=t",
                                    "WAYPOINT_CEB_DISABLE_EXEC=T", "WAYPOINT_CEB_SERVER_REQUIRED=false", "PORT=80",
                                    "WAYPOINT_LOG_LEVEL=WARN"});
  EXPECT_FALSE(options.disabled);
  EXPECT_EQ(options.deployment_id, "D");
  EXPECT_EQ(options.server_addr, "h:1");
  EXPECT_TRUE(options.tls);
  EXPECT_TRUE(options.tls_skip_verify);
  EXPECT_EQ(options.invite_token, "t");
  EXPECT_TRUE(options.disable_exec);
  EXPECT_FALSE(options.server_required);
  EXPECT_EQ(options.log_level, LogLevel::kWarn);
  EXPECT_EQ(EnvironmentValue(options.env, "PORT"), "80");
  EXPECT_THAT(options.command, ElementsAre("-app"));
}

TEST(ReadOptionsTest, WhatIsFatalIsNamed) {
  struct Row {
    std::vector<std::string> arguments, env;
    const char* want;
  };
  const Row kRows[] = {
      {{}, {}, "usage"},
      {{"-flag", "app"}, {}, "unknown flag -flag"},
      {{"app"}, {"WAYPOINT_CEB_DISABLE=maybe"}, "WAYPOINT_CEB_DISABLE"},
      {{"app"}, {"PORT=http"}, "PORT"},
  };
  for (const Row& r : kRows) {
    EXPECT_THAT(std::string(ReadOptions(r.arguments, r.env).status().message()), ::testing::HasSubstr(r.want));
  }
}

TEST(ReadOptionsTest, ABadLogLevelIsNotFatal) {
  Options options = *ReadOptions({"app"}, {"WAYPOINT_LOG_LEVEL=loud"});
  EXPECT_FALSE(options.log_level_error.empty());
}

}  // namespace
}  // namespace waypoint::entrypoint
