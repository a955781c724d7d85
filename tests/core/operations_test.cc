// Operations of an app against a server of functions and components of a script: which records are written when,
// what reaches the components, what happens when something fails (core-and-plugins.md A3-A9).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/synchronization/notification.h"
#include "base/files.h"
#include "base/real_clock.h"
#include "config/config.h"
#include "config/errors.h"
#include "core/app.h"
#include "core/build.h"
#include "core/config_sync.h"
#include "core/deploy.h"
#include "core/destroy.h"
#include "core/fake_plugin.h"
#include "core/fake_server.h"
#include "core/platform_session.h"
#include "core/project.h"
#include "core/release.h"
#include "core/up.h"

namespace waypoint::core {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kFull[] = R"(
project = "shop"
app "web" {
  labels = { team = "red" }
  build {
    use "fake" { name = "image" }
    registry {
      use "fake" { tag = "v1" }
    }
  }
  deploy {
    use "fake" {
      note = "${artifact.tag} ${entrypoint.env["WAYPOINT_DEPLOYMENT_ID"]}"
    }
  }
  release {
    use "fake" { host = deploy.id }
  }
}
)";

class RecordingTerminal : public plugin::Terminal {
 public:
  void Send(const plugin::TerminalEvent& event) override {
    absl::MutexLock lock(&mu_);
    events_.push_back(event);
  }
  std::vector<std::string> Lines() const {
    absl::MutexLock lock(&mu_);
    std::vector<std::string> out;
    for (const auto& event : events_) {
      if (event.has_line()) out.push_back(event.line().msg());
      if (event.has_step() && !event.step().msg().empty()) out.push_back(event.step().msg());
      if (event.has_raw()) out.push_back("raw " + event.raw().data());
    }
    return out;
  }

 private:
  mutable absl::Mutex mu_;
  std::vector<plugin::TerminalEvent> events_;
};

class OperationsTest : public ::testing::Test {
 protected:
  OperationsTest() : folder_(*TempFolder::Make("operations")) {
    for (auto& plugin : FakePlugins(&script_)) plugins_.Add(plugin);
  }

  App& Open(const std::string& text, config::Labels labels = {}) {
    config::LoadOptions load;
    load.project = "shop";
    load.labels = labels;
    auto config = config::Config::Load(JoinPath(folder_.path(), "waypoint.hcl"), text, load);
    EXPECT_TRUE(config.ok()) << config.status();
    config_ = *std::move(config);
    config_->SetVariables({});
    JobEnvironment environment;
    environment.channel = &server_.channel;
    environment.plugins = &plugins_;
    environment.terminal = &terminal_;
    environment.clock = &clock_;
    environment.stop = stop_.get_token();
    environment.job.id = "job-1";
    auto project = Project::Open(environment, config_.get(), "default", labels, JoinPath(folder_.path(), ".waypoint"));
    EXPECT_TRUE(project.ok()) << project.status();
    project_ = *std::move(project);
    auto app = project_->OpenApp("web");
    EXPECT_TRUE(app.ok()) << app.status();
    app_ = *std::move(app);
    return *app_;
  }
  absl::StatusOr<pb::Job::Result> RunUp(const App& app) { return Up(app, pb::Job::UpOp()); }

  TempFolder folder_;
  Script script_;
  FakeServer server_;
  plugin::Registry plugins_;
  RecordingTerminal terminal_;
  RealClock clock_;
  std::stop_source stop_;
  std::unique_ptr<config::Config> config_;
  std::unique_ptr<Project> project_;
  std::unique_ptr<App> app_;
};

TEST_F(OperationsTest, UpRunsAllStagesAndHandsResultsOn) {
  auto result = RunUp(Open(kFull));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(script_.calls,
              ElementsAre("build web for registry", "push image", "deploy deployment-1 v1 deployment-1",
                          "status made of image:v1", "status made of image:v1 again", "release made of image:v1"));
  EXPECT_EQ(result->up().release_url(), "http://made of image:v1");
  EXPECT_EQ(result->deploy().deployment().id(), "deployment-1");
  EXPECT_EQ(result->release().release().unimplemented(), false);
  EXPECT_EQ(result->status_report().status_report().health().health_status(), "READY");
  EXPECT_EQ(result->status_report().status_report().instances_count(), 1u);
}

TEST_F(OperationsTest, ARegistryThatSpeaksOfTheArtifactIsConfiguredForThePush) {
  std::string text = kFull;
  text.replace(text.find("tag = \"v1\""), 10, "tag = \"of-${artifact.image}\"");
  auto result = RunUp(Open(text));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(server_.artifacts["artifact-1"].template_data(), HasSubstr("of-image"));
  EXPECT_EQ(script_.calls[0], "build web for registry");
}

TEST_F(OperationsTest, ARegistryWithAnotherMistakeFailsTheBuild) {
  std::string text = kFull;
  text.replace(text.find("tag = \"v1\""), 10, "tag = \"${artifact.image}${nosuch.x}\"");
  absl::Status status = RunUp(Open(text)).status();
  EXPECT_THAT(config::Explain(status), HasSubstr("no variable named \"nosuch\""));
  EXPECT_TRUE(script_.calls.empty());
}

TEST_F(OperationsTest, RecordsAreWrittenBeforeAndAfter) {
  ASSERT_TRUE(RunUp(Open(kFull)).ok());
  ASSERT_EQ(server_.build_history.size(), 2u);
  const pb::Build& before = server_.build_history[0];
  EXPECT_EQ(before.status().state(), pb::Status::RUNNING);
  EXPECT_TRUE(before.status().has_start_time());
  EXPECT_EQ(before.job_id(), "job-1");
  EXPECT_EQ(before.component().name(), "fake");
  EXPECT_EQ(before.component().type(), pb::Component::BUILDER);
  const pb::Build& after = server_.build_history[1];
  EXPECT_EQ(after.id(), "build-1");
  EXPECT_EQ(after.status().state(), pb::Status::SUCCESS);
  EXPECT_EQ(after.artifact().artifact_json(), R"({"image":"image"})");
  EXPECT_THAT(after.template_data(), HasSubstr(R"("image":"image")"));
  const pb::Deployment& deployment = server_.deployments["deployment-1"];
  EXPECT_EQ(deployment.declared_resources(0).name(), "container");
  EXPECT_TRUE(deployment.has_entrypoint_config());
  EXPECT_EQ(deployment.state(), pb::Operation::CREATED);
  EXPECT_EQ(deployment.artifact_id(), "artifact-1");
}

TEST_F(OperationsTest, LabelsMergeInTheirOrder) {
  ASSERT_TRUE(Build(Open(kFull, {{"from", "override"}, {"extra", "1"}})).ok());
  const auto& labels = server_.build_history[1].labels();
  EXPECT_EQ(labels.at("waypoint/workspace"), "default");
  EXPECT_EQ(labels.at("team"), "red");
  EXPECT_EQ(labels.at("from"), "override");  // beats the component's result
  EXPECT_EQ(labels.at("extra"), "1");
  EXPECT_EQ(server_.build_history[0].labels().at("from"), "override");
}

TEST_F(OperationsTest, AFailedBuildLeavesAnErrorRecordAndNothingElse) {
  script_.fail = "build";
  auto result = RunUp(Open(kFull));
  EXPECT_EQ(result.status(), absl::UnknownError("build web for registry failed"));
  ASSERT_EQ(server_.build_history.size(), 2u);
  EXPECT_EQ(server_.build_history[1].status().state(), pb::Status::ERROR);
  EXPECT_EQ(server_.build_history[1].status().error().code(), 2);
  EXPECT_FALSE(server_.build_history[1].artifact().has_artifact());
  EXPECT_TRUE(server_.artifacts.empty());
  EXPECT_TRUE(server_.deployments.empty());
}

TEST_F(OperationsTest, AFailedDeployKeepsTheReleaseThatIsLive) {
  ASSERT_TRUE(RunUp(Open(kFull)).ok());
  script_.fail = "deploy";
  EXPECT_FALSE(RunUp(*app_).ok());
  EXPECT_EQ(server_.deployments["deployment-2"].status().state(), pb::Status::ERROR);
  EXPECT_EQ(server_.releases.size(), 1u);
  EXPECT_EQ(server_.deployments["deployment-1"].state(), pb::Operation::CREATED);
}

TEST_F(OperationsTest, ACancelledDeployStillWritesItsEnd) {
  script_.wait = "deploy";
  absl::Notification waiting;
  script_.waiting = [&] { waiting.Notify(); };
  App& app = Open(kFull);
  std::jthread canceller([&] {
    waiting.WaitForNotification();
    stop_.request_stop();
  });
  auto result = RunUp(app);
  EXPECT_EQ(result.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(server_.deployments["deployment-1"].status().state(), pb::Status::ERROR);
  EXPECT_TRUE(server_.deployments["deployment-1"].status().has_complete_time());
}

TEST_F(OperationsTest, WithoutRegistryTheBuildIsTheArtifact) {
  auto result = RunUp(Open(R"(
project = "shop"
app "web" {
  build {
    use "bare" { name = "image" }
  }
  deploy {
    use "bare" { note = artifact.image }
  }
}
)"));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(script_.calls, ElementsAre("build web", "deploy deployment-1 image"));
  EXPECT_EQ(server_.artifacts["artifact-1"].component().name(), "bare");
  EXPECT_EQ(server_.artifacts["artifact-1"].artifact().artifact().value(),
            server_.builds["build-1"].artifact().artifact().value());
  // No releaser: a record that says so, and no status function: no report.
  EXPECT_TRUE(server_.releases["release-1"].unimplemented());
  EXPECT_EQ(server_.releases["release-1"].status().state(), pb::Status::SUCCESS);
  EXPECT_TRUE(server_.reports.empty());
  EXPECT_THAT(terminal_.Lines(), ::testing::Contains("No release phase specified, skipping..."));
}

constexpr char kSelfReleasing[] = R"(
project = "shop"
app "web" {
  build {
    use "bare" { name = "image" }
  }
  deploy {
    use "self-releasing" {}
  }
}
)";

TEST_F(OperationsTest, ThePlatformsOwnReleaserStandsIn) {
  auto result = RunUp(Open(kSelfReleasing));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->up().release_url(), "http://default");
  EXPECT_EQ(server_.releases["release-1"].component().type(), pb::Component::PLATFORM);
  EXPECT_EQ(server_.releases["release-1"].component().name(), "self-releasing");
}

TEST_F(OperationsTest, AGenerationThatIsReleasedIsNotReleasedAgain) {
  script_.generation = "in place";
  ASSERT_TRUE(RunUp(Open(kSelfReleasing)).ok());
  const std::string generation = server_.deployment_history[0].generation().id();
  EXPECT_EQ(generation.size(), 32u);
  auto again = RunUp(*app_);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->release().release().id(), "release-1");
  EXPECT_EQ(server_.releases.size(), 1u);
}

TEST_F(OperationsTest, PruneKeepsTwoAndTheirReleases) {
  App& app = Open(kFull);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(RunUp(app).ok());
  EXPECT_EQ(server_.deployments["deployment-1"].state(), pb::Operation::DESTROYED);
  EXPECT_EQ(server_.deployments["deployment-2"].state(), pb::Operation::DESTROYED);
  EXPECT_EQ(server_.deployments["deployment-3"].state(), pb::Operation::CREATED);
  EXPECT_EQ(server_.deployments["deployment-4"].state(), pb::Operation::CREATED);
  EXPECT_EQ(server_.releases["release-1"].state(), pb::Operation::DESTROYED);
  EXPECT_EQ(server_.releases["release-4"].state(), pb::Operation::CREATED);
  EXPECT_EQ(server_.deployments["deployment-1"].status().state(), pb::Status::SUCCESS);  // not touched by destroying
}

TEST_F(OperationsTest, PruneRetainSaysHowManyMore) {
  App& app = Open(kFull);
  pb::Job::UpOp op;
  op.mutable_release()->set_prune(true);
  op.mutable_release()->set_prune_retain_override(true);
  op.mutable_release()->set_prune_retain(0);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(Up(app, op).ok());
  EXPECT_EQ(server_.deployments["deployment-1"].state(), pb::Operation::DESTROYED);
  EXPECT_EQ(server_.deployments["deployment-2"].state(), pb::Operation::CREATED);
}

TEST_F(OperationsTest, PruneLeavesAloneWhatAnotherJobIsDeploying) {
  App& app = Open(kFull);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(RunUp(app).ok());
  pb::Deployment other = server_.deployments["deployment-1"];
  other.set_id("a deployment of another job");
  other.set_job_id("job of the other");
  other.mutable_status()->set_state(pb::Status::RUNNING);
  other.mutable_status()->clear_complete_time();
  server_.deployments[other.id()] = other;
  pb::Job job;
  job.set_state(pb::Job::RUNNING);
  server_.channel.On<pb::GetJobRequest, pb::Job>("GetJob", [&](const auto& request) -> absl::StatusOr<pb::Job> {
    if (request.job_id() != "job of the other") return absl::NotFoundError(request.job_id());
    return job;
  });
  ASSERT_TRUE(RunUp(app).ok());
  EXPECT_EQ(server_.deployments[other.id()].state(), pb::Operation::CREATED);

  job.set_state(pb::Job::ERROR);  // its runner was killed
  ASSERT_TRUE(RunUp(app).ok());
  EXPECT_EQ(server_.deployments[other.id()].state(), pb::Operation::DESTROYED);
}

TEST_F(OperationsTest, DestroyTakesDownEverythingOnce) {
  App& app = Open(kFull);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(RunUp(app).ok());
  script_.calls.clear();
  ASSERT_TRUE(DestroyWorkspace(app).ok());
  EXPECT_THAT(script_.calls, ElementsAre("destroy release", "destroy release", "destroy made of image:v1",
                                         "destroy made of image:v1", "destroy workspace"));
  script_.calls.clear();
  ASSERT_TRUE(DestroyWorkspace(app).ok());
  EXPECT_THAT(script_.calls, ElementsAre("destroy workspace"));
}

TEST_F(OperationsTest, AFailedDestroyStaysMarked) {
  App& app = Open(kFull);
  ASSERT_TRUE(RunUp(app).ok());
  script_.fail = "destroy made";
  EXPECT_FALSE(DestroyDeployment(app, server_.deployments["deployment-1"]).ok());
  EXPECT_EQ(server_.deployments["deployment-1"].state(), pb::Operation::DESTROYED);
}

TEST_F(OperationsTest, HooksRunAroundTheStage) {
  auto built = Build(Open(R"(
project = "shop"
app "web" {
  build {
    hook {
      when    = "before"
      command = ["echo", "first"]
    }
    hook {
      when       = "before"
      command    = ["sh", "-c", "exit 3"]
      on_failure = "continue"
    }
    hook {
      when    = "after"
      command = ["sh", "-c", "exit 4"]
    }
    use "bare" { name = "image" }
  }
  deploy {
    use "bare" {}
  }
}
)"));
  EXPECT_THAT(std::string(built.status().message()), HasSubstr("after hook 0 failed"));
  EXPECT_THAT(std::string(built.status().message()), HasSubstr("exit code 4"));
  EXPECT_THAT(script_.calls, ElementsAre("build web"));
  EXPECT_THAT(terminal_.Lines(), ::testing::Contains("raw first\n"));
  EXPECT_EQ(server_.build_history[1].status().state(), pb::Status::ERROR);
}

TEST_F(OperationsTest, AHardFailureOfAHookIsNotErasedByALaterOne) {
  auto built = Build(Open(R"(
project = "shop"
app "web" {
  build {
    hook {
      when    = "before"
      command = ["sh", "-c", "exit 3"]
    }
    hook {
      when       = "before"
      command    = ["sh", "-c", "exit 4"]
      on_failure = "continue"
    }
    use "bare" { name = "image" }
  }
  deploy {
    use "bare" {}
  }
}
)"));
  EXPECT_THAT(std::string(built.status().message()), HasSubstr("exit code 3"));
  EXPECT_TRUE(script_.calls.empty());
}

TEST_F(OperationsTest, ConfigOfTheFileReachesTheServerBeforeTheDeploy) {
  ASSERT_TRUE(RunUp(Open(R"(
project = "shop"
config {
  env = { SHARED = "1" }
}
app "web" {
  config {
    env = { OWN = "2" }
  }
  build {
    use "bare" { name = "image" }
  }
  deploy {
    use "bare" {}
  }
}
)"))
                  .ok());
  ASSERT_EQ(server_.config.size(), 2u);
  EXPECT_EQ(server_.config[0].name(), "SHARED");
  EXPECT_EQ(server_.config[1].name(), "OWN");
}

TEST_F(OperationsTest, APlatformWithoutExecAndLogsHasNothingToDo) {
  App& app = Open(kFull);
  ASSERT_TRUE(RunUp(app).ok());
  pb::Job::ExecOp exec;
  *exec.mutable_deployment() = server_.deployments["deployment-1"];
  EXPECT_TRUE(ExecByPlatform(app, exec).ok());
  pb::Job::LogsOp logs;
  *logs.mutable_deployment() = exec.deployment();
  EXPECT_TRUE(LogsByPlatform(app, logs).ok());
}

TEST_F(OperationsTest, NothingToReleaseSaysSo) {
  auto released = ReleaseAndPrune(Open(kFull), pb::Job::ReleaseOp());
  EXPECT_EQ(released.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(released.status().message()), HasSubstr("deploy first"));
}

TEST_F(OperationsTest, MissingPluginsAreAllNamedAtOnce) {
  config::LoadOptions load;
  auto config = config::Config::Load(JoinPath(folder_.path(), "waypoint.hcl"), R"(
project = "shop"
app "web" {
  build {
    use "nosuch" {}
  }
  deploy {
    use "neither" {}
  }
}
)",
                                     load);
  ASSERT_TRUE(config.ok());
  JobEnvironment environment;
  environment.plugins = &plugins_;
  auto project = Project::Open(environment, config->get(), "default", {}, JoinPath(folder_.path(), ".waypoint"));
  EXPECT_EQ(project.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(project.status().message()), HasSubstr("nosuch"));
  EXPECT_THAT(std::string(project.status().message()), HasSubstr("neither"));
}

TEST_F(OperationsTest, AMistakeInAUseBodyNamesThePlace) {
  auto built = Build(Open(R"(
project = "shop"
app "web" {
  build {
    use "fake" { name = nosuch.thing }
  }
  deploy {
    use "fake" {}
  }
}
)"));
  EXPECT_EQ(built.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(built.status().message()), HasSubstr("waypoint.hcl:5"));
  EXPECT_TRUE(server_.builds.empty());
}

}  // namespace
}  // namespace waypoint::core
