#include "builtin/process/deployments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/socket.h"
#include "base/subprocess.h"
#include "builtin/process/artifact.h"
#include "builtin/process/json_file.h"

namespace waypoint::builtin::process {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class DeploymentsTest : public testing::Test {
 protected:
  void SetUp() override {
    owner_.set_project("p");
    owner_.set_app("web");
    owner_.set_workspace("default");
    absl::StatusOr<pb::Artifact> artifact = StoreArtifact(layout_, WAYPOINT_TEST_DIR "/sample_app", {});
    ASSERT_TRUE(artifact.ok()) << artifact.status();
    artifact_ = *artifact;
  }
  void TearDown() override {
    for (const char* id : {"D1", "D2"}) deployments_.Stop(id, nullptr).IgnoreError();
  }

  LaunchSpec Spec(const std::string& id, std::vector<std::string> env = {}) {
    LaunchSpec spec;
    spec.id = id;
    spec.owner = owner_;
    spec.artifact = artifact_;
    spec.env = std::move(env);
    spec.env.push_back("VERSION=one");
    spec.health.http_path = "/";
    spec.health.interval = absl::Milliseconds(20);
    spec.health.retries = 100;
    spec.entrypoint = "/usr/bin/env";  // runs the command and is it: a wrapper that does nothing
    return spec;
  }
  std::string Path(const std::string& name) { return JoinPath(folder_.path(), name); }

  TempFolder folder_ = *TempFolder::Make("deployments_test");
  Layout layout_{JoinPath(folder_.path(), "data")};
  Deployments deployments_{layout_};
  pb::State::Owner owner_;
  pb::Artifact artifact_;
};

TEST_F(DeploymentsTest, StartsHealthyAndStops) {
  absl::StatusOr<pb::Deployment> deployment = deployments_.Start(Spec("D1"), nullptr, {});
  ASSERT_TRUE(deployment.ok()) << deployment.status();
  EXPECT_TRUE(IsAlive(FromProto(deployment->process())));
  EXPECT_TRUE(deployments_.Read("D1")->ready());
  EXPECT_THAT(deployments_.Tail("D1", 5), HasSubstr("sample app one"));
  EXPECT_TRUE(Probe(Spec("D1").health, deployment->port()).ok());
  ASSERT_TRUE(deployments_.Stop("D1", nullptr).ok());
  EXPECT_FALSE(IsAlive(FromProto(deployment->process())));
  EXPECT_FALSE(PathExists(deployment->folder()));
  EXPECT_TRUE(deployments_.Stop("D1", nullptr).ok()) << "absent is fine";
}

TEST_F(DeploymentsTest, AnAppThatEndsFailsWithItsLast20Lines) {
  absl::Status status = deployments_.Start(Spec("D1", {"FAIL=exit"}), nullptr, {}).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("exit code 3"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("line 11\n"));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("line 10\n")));
  EXPECT_FALSE(PathExists(layout_.Deployment("D1")));
  EXPECT_THAT(*ReadFile(layout_.FailedLog(owner_)), HasSubstr("line 1\n")) << "all of it is kept";
}

TEST_F(DeploymentsTest, AnAppThatNeverListensFailsAndLeavesTheOtherAlone) {
  ASSERT_TRUE(deployments_.Start(Spec("D1"), nullptr, {}).ok());
  LaunchSpec deaf = Spec("D2", {"FAIL=deaf"});
  deaf.health.retries = 3;
  absl::Status status = deployments_.Start(deaf, nullptr, {}).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("did not get healthy"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("Connection refused"));
  EXPECT_FALSE(PathExists(layout_.Deployment("D2")));
  EXPECT_TRUE(IsAlive(FromProto(deployments_.Read("D1")->process())));
}

TEST_F(DeploymentsTest, ABadHttpStatusIsNotHealthy) {
  LaunchSpec bad = Spec("D1", {"FAIL=500"});
  bad.health.retries = 3;
  absl::Status status = deployments_.Start(bad, nullptr, {}).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("status 500"));
}

TEST_F(DeploymentsTest, AStopWhileWaitingLeavesNothing) {
  std::stop_source stop;
  Say say = [&](absl::string_view text) {
    if (absl::StrCat(text).find("Started") == 0) stop.request_stop();
  };
  absl::Status status = deployments_.Start(Spec("D1", {"FAIL=deaf"}), say, stop.get_token()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_FALSE(PathExists(layout_.Deployment("D1")));
}

TEST_F(DeploymentsTest, AShellCommandSeesPortAndFolderButNotOurSecrets) {
  ::setenv("WAYPOINT_SERVER_TOKEN", "secret", 1);
  LaunchSpec spec = Spec("D1");
  spec.command = {"ls; echo token=$WAYPOINT_SERVER_TOKEN id=$WAYPOINT_DEPLOYMENT_ID; exec ./sample_app"};
  ASSERT_TRUE(deployments_.Start(spec, nullptr, {}).ok());
  EXPECT_THAT(deployments_.Tail("D1", 5), HasSubstr("sample_app\ntoken= id=D1\nsample app one"));
}

TEST_F(DeploymentsTest, StopEndsWhatTheAppLeftBehind) {
  LaunchSpec spec = Spec("D1");
  // A child in a group of its own, and a wrapper that was killed.
  spec.command = {"/bin/bash", "-c", "set -m; sleep 1000 & echo $! >child; exec ./sample_app"};
  absl::StatusOr<pb::Deployment> deployment = deployments_.Start(spec, nullptr, {});
  ASSERT_TRUE(deployment.ok()) << deployment.status();
  pid_t child = std::stoi(*ReadFile(JoinPath(deployment->folder(), "app/child")));
  absl::StatusOr<ProcessIdentity> id = IdentifyProcess(child);
  ASSERT_TRUE(id.ok());
  ASSERT_TRUE(SignalProcess(FromProto(deployment->process()), SIGKILL).ok());
  ASSERT_TRUE(deployments_.Stop("D1", nullptr).ok());
  EXPECT_FALSE(IsAlive(*id));
}

TEST_F(DeploymentsTest, AnAppThatIgnoresTheSignalIsKilled) {
  LaunchSpec spec = Spec("D1");
  spec.command = {"trap '' TERM; ./sample_app & wait; wait"};
  spec.stop_timeout = absl::Milliseconds(50);
  ASSERT_TRUE(deployments_.Start(spec, nullptr, {}).ok());
  std::string said;
  ASSERT_TRUE(deployments_.Stop("D1", [&](absl::string_view text) { absl::StrAppend(&said, text); }).ok());
  EXPECT_THAT(said, HasSubstr("did not stop within"));
}

TEST_F(DeploymentsTest, WhatAKilledRunnerLeftIsSweptByTheNextDeploy) {
  ASSERT_TRUE(deployments_.Start(Spec("D1"), nullptr, {}).ok());
  pb::State state = *deployments_.Read("D1");
  state.set_ready(false);  // as it was while a runner with another life deployed it
  *state.mutable_deployer() = ToProto(ProcessIdentity{1, 1, "an earlier boot"});
  ASSERT_TRUE(WriteJson(JoinPath(layout_.Deployment("D1"), "state.json"), state).ok());
  ASSERT_TRUE(deployments_.Start(Spec("D2"), nullptr, {}).ok());
  EXPECT_FALSE(IsAlive(FromProto(state.process())));
  EXPECT_FALSE(PathExists(layout_.Deployment("D1")));
}

TEST_F(DeploymentsTest, ARecycledPidIsNotStopped) {
  SpawnOptions options;
  options.argv = {"sleep", "1000"};
  auto stranger = *waypoint::Process::Spawn(options);
  ASSERT_TRUE(deployments_.Start(Spec("D1"), nullptr, {}).ok());
  pb::State state = *deployments_.Read("D1");
  ASSERT_TRUE(deployments_.Stop("D1", nullptr).ok());
  ASSERT_TRUE(MakeFolders(layout_.Deployment("D1")).ok());
  state.mutable_process()->set_pid(stranger->pid());
  state.mutable_process()->set_start_time(stranger->identity().start_time - 1);
  ASSERT_TRUE(WriteJson(JoinPath(layout_.Deployment("D1"), "state.json"), state).ok());
  ASSERT_TRUE(deployments_.Stop("D1", nullptr).ok());
  EXPECT_FALSE(stranger->TryWait().has_value()) << "a stranger was killed";
}

TEST_F(DeploymentsTest, ADamagedArtifactIsNotDeployed) {
  pb::Artifact artifact = artifact_;
  ASSERT_TRUE(WriteFile(JoinPath(artifact.path(), "extra"), "x").ok());
  LaunchSpec spec = Spec("D1");
  absl::Status status = deployments_.Start(spec, nullptr, {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_FALSE(PathExists(layout_.Deployment("D1")));
}

TEST_F(DeploymentsTest, NoCommandIsExplained) {
  ASSERT_TRUE(MakeFolders(Path("two")).ok());
  ASSERT_TRUE(WriteFile(Path("two/a"), "").ok());
  ASSERT_TRUE(WriteFile(Path("two/b"), "").ok());
  LaunchSpec spec = Spec("D1");
  spec.artifact = *StoreArtifact(layout_, Path("two"), {});
  EXPECT_THAT(std::string(deployments_.Start(spec, nullptr, {}).status().message()), HasSubstr("set `command`"));
}

}  // namespace
}  // namespace waypoint::builtin::process
