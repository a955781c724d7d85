// What an agent does beside jobs: identity, adoption, configuration, sign of life.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

#include "base/files.h"
#include "base/real_clock.h"
#include "base/socket.h"
#include "runner/adoption.h"
#include "runner/configuration.h"
#include "runner/identity.h"
#include "runner/liveness.h"
#include "support/memory_channel.h"

namespace waypoint::runner {
namespace {

namespace pb = ::hashicorp::waypoint;

class AgentTest : public ::testing::Test {
 protected:
  AgentTest() : folder_(*TempFolder::Make("agent")) {}
  std::string Path(const std::string& name) const { return JoinPath(folder_.path(), name); }

  TempFolder folder_;
  RealIds ids_;
};

TEST_F(AgentTest, TheIdIsKeptInTheStateFolder) {
  const std::string dir = Path("state");
  auto first = ChooseId("", dir, ids_);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->size(), 26u);
  EXPECT_EQ(*ChooseId("", dir, ids_), *first);
  EXPECT_EQ(*ChooseId("mine", dir, ids_), "mine");
  EXPECT_EQ(*ChooseId("", dir, ids_), *first);
}

TEST_F(AgentTest, WithoutStateFolderNothingIsReadOrKept) {
  EXPECT_NE(*ChooseId("", "", ids_), *ChooseId("", "", ids_));
  EXPECT_EQ(*KeptToken(""), "");
}

TEST_F(AgentTest, AdoptionKeepsTheTokenAndUsesIt) {
  support::MemoryChannel server;
  int calls = 0;
  server.On<pb::RunnerTokenRequest, pb::RunnerTokenResponse>(
      "RunnerToken", [&](const pb::RunnerTokenRequest& request) -> absl::StatusOr<pb::RunnerTokenResponse> {
        EXPECT_EQ(request.runner().id(), "r1");
        if (++calls == 1) return absl::UnavailableError("starting");
        pb::RunnerTokenResponse response;
        response.set_token("issued");
        return response;
      });
  ASSERT_TRUE(MakeFolders(Path("state")).ok());
  TokenChannel channel(server, "", "cookie");
  pb::Runner self;
  self.set_id("r1");
  ASSERT_TRUE(SeekAdoption(channel, self, {Path("state"), absl::Milliseconds(1)}, {}).ok());
  EXPECT_EQ(calls, 2);
  EXPECT_TRUE(channel.HasToken());
  EXPECT_EQ(*KeptToken(Path("state")), "issued");
}

TEST_F(AgentTest, ARejectionIsFinal) {
  support::MemoryChannel server;
  server.On<pb::RunnerTokenRequest, pb::RunnerTokenResponse>(
      "RunnerToken", [](const auto&) -> absl::StatusOr<pb::RunnerTokenResponse> {
        return absl::PermissionDeniedError("runner adoption is explicitly rejected");
      });
  TokenChannel channel(server, "", "cookie");
  EXPECT_EQ(SeekAdoption(channel, pb::Runner(), {}, {}).code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(AgentTest, AnEmptyAnswerMeansTheTokenIsGood) {
  support::MemoryChannel server;
  server.On<pb::RunnerTokenRequest, pb::RunnerTokenResponse>(
      "RunnerToken", [](const auto&) -> absl::StatusOr<pb::RunnerTokenResponse> { return pb::RunnerTokenResponse(); });
  TokenChannel channel(server, "kept", "");
  EXPECT_TRUE(SeekAdoption(channel, pb::Runner(), {Path("state"), absl::Milliseconds(1)}, {}).ok());
  EXPECT_FALSE(PathExists(Path("state/token")));
}

pb::ConfigVar Static(const std::string& name, const std::string& value) {
  pb::ConfigVar variable;
  variable.set_name(name);
  variable.set_static_(value);
  return variable;
}

TEST_F(AgentTest, ConfigurationBecomesEnvironmentAndGoesAgain) {
  setenv("AGENT_TEST_OLD", "before", 1);
  unsetenv("AGENT_TEST_NEW");
  RealClock clock;
  Configuration configuration(clock, {folder_.path(), false, nullptr});
  pb::RunnerConfig config;
  *config.add_config_vars() = Static("AGENT_TEST_OLD", "changed");
  *config.add_config_vars() = Static("AGENT_TEST_NEW", "made");
  pb::ConfigVar file = Static("conf.txt", "content");
  file.set_name_is_path(true);
  *config.add_config_vars() = file;
  configuration.Update(config);
  EXPECT_STREQ(getenv("AGENT_TEST_OLD"), "changed");
  EXPECT_STREQ(getenv("AGENT_TEST_NEW"), "made");
  EXPECT_EQ(*ReadFile(Path("conf.txt")), "content");
  configuration.Update(pb::RunnerConfig());
  while (getenv("AGENT_TEST_NEW") != nullptr) absl::SleepFor(absl::Milliseconds(10));
  EXPECT_STREQ(getenv("AGENT_TEST_OLD"), "before");
  EXPECT_EQ(getenv("AGENT_TEST_NEW"), nullptr);
  EXPECT_TRUE(PathExists(Path("conf.txt")));
}

pb::RunnerConfig ConfigWithSource() {
  pb::RunnerConfig config;
  pb::ConfigVar& variable = *config.add_config_vars();
  variable.set_name("AGENT_TEST_DYNAMIC");
  variable.mutable_dynamic()->set_from("counter");
  *config.add_config_vars() = Static("AGENT_TEST_ESCAPED", "$${x}");
  return config;
}

// Answers with how often it was asked.
class Counter : public appconfig::ConfigSourcer {
 public:
  absl::Status Configure(const std::map<std::string, std::string>&) override { return absl::OkStatus(); }
  absl::StatusOr<std::vector<appconfig::SourceValue>> Read(
      const std::vector<appconfig::SourceRequest>& requests) override {
    return std::vector<appconfig::SourceValue>{{requests[0].name, std::to_string(++count_)}};
  }
  void Stop() override {}

 private:
  int count_ = 0;
};

TEST_F(AgentTest, DynamicVariablesAreFollowedWhereEnabled) {
  RealClock clock;
  ConfigurationOptions options;
  options.working_folder = folder_.path();
  options.sourcers = [](absl::string_view type) -> absl::StatusOr<std::unique_ptr<appconfig::ConfigSourcer>> {
    EXPECT_EQ(type, "counter");
    return std::make_unique<Counter>();
  };
  unsetenv("AGENT_TEST_DYNAMIC");
  {
    Configuration disabled(clock, options);
    disabled.Update(ConfigWithSource());
    EXPECT_EQ(getenv("AGENT_TEST_DYNAMIC"), nullptr);
    EXPECT_STREQ(getenv("AGENT_TEST_ESCAPED"), "${x}") << "values of waypoint.hcl come escaped";
  }
  options.dynamic = true;
  Configuration configuration(clock, options);
  configuration.Update(ConfigWithSource());
  EXPECT_STREQ(getenv("AGENT_TEST_DYNAMIC"), "1");
}

TEST_F(AgentTest, TheLivenessPortAcceptsAndCloses) {
  auto liveness = Liveness::Start("127.0.0.1:0");
  ASSERT_TRUE(liveness.ok()) << liveness.status();
  for (int i = 0; i < 2; ++i) {
    auto connection =
        ConnectTcp("127.0.0.1", static_cast<uint16_t>((*liveness)->port()), absl::Now() + absl::Seconds(5));
    ASSERT_TRUE(connection.ok());
    EXPECT_TRUE(WaitReadable(connection->get(), absl::Now() + absl::Seconds(5)).ok());
    char byte;
    EXPECT_EQ(read(connection->get(), &byte, 1), 0);
  }
  EXPECT_EQ(Liveness::Start("nonsense").status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace waypoint::runner
