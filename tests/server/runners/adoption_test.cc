// Adoption, registration and tokens of runners (jobs-and-runners.md 10).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/label_hash.h"
#include "support/job_server.h"

namespace waypoint::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AdoptionTest : public ::testing::Test {
 protected:
  AdoptionTest() {
    stranger.cookie = "WPC1";
    server.AddProject("demo");
  }
  std::unique_ptr<RunnerTokenPeer> Knock(pb::Runner runner, const server::Caller& caller) {
    auto peer = server.Open<RunnerTokenPeer>("RunnerToken", caller);
    pb::RunnerTokenRequest request;
    *request.mutable_runner() = std::move(runner);
    peer->Send(request);
    server.Run();
    return peer;
  }
  absl::Status Adopt(const std::string& id, bool adopt) {
    pb::AdoptRunnerRequest request;
    request.set_runner_id(id);
    request.set_adopt(adopt);
    return server.Call<google::protobuf::Empty>("AdoptRunner", request).status();
  }
  std::vector<std::string> Listed() {
    std::vector<std::string> ids;
    auto response = server.Call<pb::ListRunnersResponse>("ListRunners", pb::ListRunnersRequest());
    for (const auto& runner : response->runners()) {
      ids.push_back(runner.id() + ":" + pb::Runner::AdoptionState_Name(runner.adoption_state()));
    }
    return ids;
  }

  JobServer server;
  server::Caller stranger;
};

TEST_F(AdoptionTest, PendingUntilAdoptedThenATokenForIdAndLabels) {
  pb::Runner runner = RemoteRunner("R");
  (*runner.mutable_labels())["env"] = "prod";
  auto knock = Knock(runner, stranger);
  EXPECT_THAT(knock->received(), IsEmpty());
  EXPECT_THAT(Listed(), ElementsAre("R:PENDING"));
  EXPECT_TRUE(Adopt("R", true).ok());
  ASSERT_EQ(knock->received().size(), 1u);
  EXPECT_EQ(knock->received()[0].token(), "token of R");
  EXPECT_TRUE(knock->status()->ok());
  EXPECT_THAT(Listed(), ElementsAre("R:ADOPTED")) << "an adopted remote runner is remembered";

  server::Caller holder;
  holder.identity.kind = auth::Identity::Kind::kRunner;
  holder.identity.runner_id = "R";
  holder.identity.runner_label_hash = auth::RunnerLabelHash(runner.labels());
  auto again = Knock(runner, holder);
  ASSERT_EQ(again->received().size(), 1u);
  EXPECT_EQ(again->received()[0].token(), "") << "keep the one you have";
  EXPECT_EQ(Knock(runner, stranger)->status()->code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(AdoptionTest, RejectedForgottenOrGone) {
  auto knock = Knock(RemoteRunner("R"), stranger);
  EXPECT_TRUE(Adopt("R", false).ok());
  EXPECT_EQ(knock->status()->code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(Listed(), ElementsAre("R:REJECTED"));

  auto other = Knock(RemoteRunner("S"), stranger);
  pb::ForgetRunnerRequest forget;
  forget.set_runner_id("S");
  EXPECT_TRUE(server.Call<google::protobuf::Empty>("ForgetRunner", forget).ok());
  EXPECT_EQ(other->status()->code(), absl::StatusCode::kNotFound);

  auto third = Knock(RemoteRunner("T"), stranger);
  third->Cancel();
  server.Run();
  EXPECT_THAT(Listed(), ElementsAre("R:REJECTED"));
  EXPECT_EQ(Adopt("nosuch", true).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Adopt("", true).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(AdoptionTest, WithoutCookieOrTokenNobodyMayKnock) {
  EXPECT_EQ(Knock(RemoteRunner("R"), server::Caller())->status()->code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(Listed(), IsEmpty());
}

TEST_F(AdoptionTest, LoginTokenPreadoptsAndLocalRunnersVanish) {
  auto local = server.Register(LocalRunner("L"));
  auto remote = server.Register(RemoteRunner("R"));
  EXPECT_THAT(Listed(), ElementsAre("R:PREADOPTED", "L:PREADOPTED"));
  local->Cancel();
  remote->Cancel();
  server.Run();
  EXPECT_THAT(Listed(), IsEmpty());
}

TEST_F(AdoptionTest, NewerRegistrationSurvivesTheEndOfTheOlderOne) {
  auto first = server.Register(LocalRunner("L"));
  auto second = server.Register(LocalRunner("L"));
  first->Cancel();
  server.Run();
  EXPECT_THAT(Listed(), ElementsAre("L:PREADOPTED"));
}

TEST_F(AdoptionTest, ChangedLabelsMustBeAdoptedAgain) {
  auto knock = Knock(RemoteRunner("R"), stranger);
  EXPECT_TRUE(Adopt("R", true).ok());
  pb::Runner changed = RemoteRunner("R");
  (*changed.mutable_labels())["env"] = "prod";
  auto again = Knock(changed, stranger);
  EXPECT_THAT(Listed(), ElementsAre("R:PENDING"));
}

TEST_F(AdoptionTest, TokenOfAnotherRunnerOrOtherLabelsIsRefused) {
  server::Caller holder;
  holder.identity.kind = auth::Identity::Kind::kRunner;
  holder.identity.runner_id = "r";
  auto open = [&](pb::Runner runner) {
    auto peer = server.Open<RunnerConfigPeer>("RunnerConfig", holder);
    pb::RunnerConfigRequest request;
    *request.mutable_open()->mutable_runner() = std::move(runner);
    peer->Send(request);
    server.Run();
    return peer;
  };
  EXPECT_EQ(open(RemoteRunner("S"))->status()->code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(open(RemoteRunner("R"))->status(), std::nullopt) << "ids of tokens are compared without case";
  holder.identity.runner_label_hash = 7;
  EXPECT_EQ(open(RemoteRunner("R"))->status()->code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(open(pb::Runner())->status()->code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(server.Register(pb::Runner())->status()->code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(AdoptionTest, RejectedRunnerCannotConnect) {
  auto knock = Knock(RemoteRunner("R"), stranger);
  EXPECT_TRUE(Adopt("R", false).ok());
  EXPECT_EQ(server.Register(RemoteRunner("R"))->status()->code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(server.AskForJob("R")->status()->code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(server.AskForJob("nosuch")->status()->code(), absl::StatusCode::kNotFound);
}

TEST_F(AdoptionTest, StreamsThatEndBeforeTheySayAnything) {
  auto config = server.Open<RunnerConfigPeer>("RunnerConfig");
  config->HalfClose();
  EXPECT_EQ(config->status()->code(), absl::StatusCode::kInternal);
  auto jobs = server.Open<RunnerJobPeer>("RunnerJobStream");
  jobs->HalfClose();
  EXPECT_EQ(jobs->status()->code(), absl::StatusCode::kInternal);
  auto wrong = server.Open<RunnerJobPeer>("RunnerJobStream");
  wrong->Send(Ack());
  EXPECT_EQ(wrong->status()->code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace waypoint::testing
