// Operations beside build, deploy and release: tasks, polling, logins, documentation, whole projects, pipeline steps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/files.h"
#include "base/real_clock.h"
#include "builtin/docker.pb.h"
#include "config/config.h"
#include "core/app.h"
#include "core/component_tour.h"
#include "core/destroy_project.h"
#include "core/fake_server.h"
#include "core/init.h"
#include "core/pipeline_step.h"
#include "core/plugin_config.h"
#include "core/poll.h"
#include "core/tasks.h"
#include "google/protobuf/empty.pb.h"
#include "plugin/any.h"
#include "plugin/native.h"
#include "waypoint/job.pb.h"

namespace waypoint::core {
namespace {

using plugin::Function;
using plugin::NativeType;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A platform that wants a login, and a task launcher.
struct Cloud {
  struct Config {
    std::string region;
  } config;
  bool* logged_in = nullptr;
  std::vector<std::string>* calls = nullptr;

  absl::StatusOr<docker::Deployment> Deploy() { return docker::Deployment(); }
  absl::Status ValidateAuth() { return *logged_in ? absl::OkStatus() : absl::UnauthenticatedError("log in first"); }
  absl::StatusOr<bool> Auth() {
    *logged_in = true;
    return true;
  }
  absl::StatusOr<docker::Deployment> Start(const sdk::Args::TaskLaunchInfo& info) {
    calls->push_back(absl::StrCat("start ", info.oci_url(), " in ", config.region));
    docker::Deployment state;
    state.set_id("task-state");
    return state;
  }
  absl::Status Stop(plugin::Named<"state", docker::Deployment> state) {
    calls->push_back(absl::StrCat("stop ", state->id()));
    return absl::OkStatus();
  }
  absl::StatusOr<int> Watch(plugin::Ui& ui, plugin::Named<"state", docker::Deployment> state) {
    ui.Line("watching ", state->id());
    return 7;
  }
};

class Recording : public plugin::Terminal {
 public:
  void Send(const plugin::TerminalEvent& event) override {
    if (event.has_line()) lines.push_back(event.line().msg());
  }
  std::vector<std::string> lines;
};

class MoreOperationsTest : public ::testing::Test {
 protected:
  MoreOperationsTest() : folder_(*TempFolder::Make("operations")) {
    plugin::ConfigFields<Cloud::Config> fields;
    fields.Optional("region", &Cloud::Config::region, "Where.", "eu");
    auto make = [this] {
      auto cloud = std::make_shared<Cloud>();
      cloud->logged_in = &logged_in_;
      cloud->calls = &calls_;
      return cloud;
    };
    NativeType platform = NativeType::Of<Cloud>(make);
    platform.Config(&Cloud::config, fields).Docs({"Runs it.", "use \"cloud\" {}", "", ""});
    platform.Add(Function::kDeploy, &Cloud::Deploy);
    platform.Add(Function::kAuth, &Cloud::Auth).Add(Function::kValidateAuth, &Cloud::ValidateAuth);
    NativeType builder = NativeType::Of<Cloud>(make);
    NativeType launcher = NativeType::Of<Cloud>(make);
    launcher.Config(&Cloud::config, fields).Add(Function::kStartTask, &Cloud::Start);
    launcher.Add(Function::kStopTask, &Cloud::Stop).Add(Function::kWatchTask, &Cloud::Watch);
    auto cloud = std::make_shared<plugin::NativePlugin>("cloud");
    cloud->Add(plugin::ComponentType::kBuilder, builder).Add(plugin::ComponentType::kPlatform, platform);
    cloud->Add(plugin::ComponentType::kTaskLauncher, launcher);
    plugins_.Add(cloud);
    environment_.channel = &server_.channel;
    environment_.plugins = &plugins_;
    environment_.terminal = &terminal_;
    environment_.clock = &clock_;
    environment_.job.id = "job-1";
  }

  const Project& Open() {
    config::LoadOptions load;
    load.project = "shop";
    config_ = *config::Config::Load(JoinPath(folder_.path(), "waypoint.hcl"), R"(
project = "shop"
app "web" {
  build {
    use "cloud" {}
  }
  deploy {
    use "cloud" {}
  }
}
app "api" {
  build {
    use "cloud" {}
  }
  deploy {
    use "cloud" {}
  }
}
)",
                                    load);
    project_ = *Project::Open(environment_, config_.get(), "default", {}, JoinPath(folder_.path(), ".waypoint"));
    return *project_;
  }
  void ServeJob(const std::string& id, pb::Job job) {
    server_.channel.On<pb::GetJobRequest, pb::Job>("GetJob", [id, job](const auto& request) -> absl::StatusOr<pb::Job> {
      if (request.job_id() != id) return absl::NotFoundError("no such job");
      return job;
    });
  }
  pb::Job StartJob(pb::Job::State state) {
    pb::Job job;
    job.set_state(state);
    job.mutable_start_task()->mutable_params()->set_plugin_type("cloud");
    docker::Deployment left;
    left.set_id("task-state");
    *job.mutable_result()->mutable_start_task()->mutable_state() = plugin::PackAny(left);
    return job;
  }

  TempFolder folder_;
  bool logged_in_ = false;
  std::vector<std::string> calls_;
  FakeServer server_;
  plugin::Registry plugins_;
  Recording terminal_;
  RealClock clock_;
  JobEnvironment environment_;
  std::unique_ptr<config::Config> config_;
  std::unique_ptr<Project> project_;
};

TEST_F(MoreOperationsTest, ATaskIsStartedWithItsOwnConfiguration) {
  pb::Job::StartTaskLaunchOp op;
  op.mutable_params()->set_plugin_type("cloud");
  op.mutable_params()->set_hcl_config("region = \"us\"");
  op.mutable_info()->set_oci_url("image");
  auto started = StartTask(environment_, op);
  ASSERT_TRUE(started.ok()) << started.status();
  EXPECT_THAT(calls_, ElementsAre("start image in us"));
  EXPECT_EQ(plugin::AnyType(started->state()), "docker.Deployment");
  op.mutable_params()->set_hcl_config("nosuch = 1");
  EXPECT_EQ(StartTask(environment_, op).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(MoreOperationsTest, ATaskIsWatchedThroughItsStartJob) {
  ServeJob("start", StartJob(pb::Job::SUCCESS));
  pb::Job::WatchTaskOp op;
  op.mutable_start_job()->set_id("start");
  auto watched = WatchTask(environment_, op);
  ASSERT_TRUE(watched.ok()) << watched.status();
  EXPECT_EQ(watched->exit_code(), 7);
  EXPECT_THAT(terminal_.lines, ElementsAre("watching task-state"));
}

TEST_F(MoreOperationsTest, AStartJobThatLeftNothingNeedsNoStop) {
  ServeJob("start", StartJob(pb::Job::SUCCESS));
  pb::Job::StopTaskLaunchOp op;
  op.set_start_job_id("unknown");
  EXPECT_TRUE(StopTask(environment_, op).ok());
  EXPECT_TRUE(calls_.empty());
  op.set_start_job_id("start");
  EXPECT_EQ(StopTask(environment_, op), absl::OkStatus());
  EXPECT_THAT(calls_, ElementsAre("stop task-state"));
  EXPECT_EQ(StopTask(environment_, pb::Job::StopTaskLaunchOp()).code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(MoreOperationsTest, AStartJobStillRunningIsRefused) {
  ServeJob("start", StartJob(pb::Job::RUNNING));
  pb::Job::WatchTaskOp op;
  op.mutable_start_job()->set_id("start");
  EXPECT_EQ(WatchTask(environment_, op).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(MoreOperationsTest, LoginsAreCheckedAndDone) {
  auto app = *Open().OpenApp("web");
  pb::Job::AuthOp op;
  op.set_check_only(true);
  auto checked = Authenticate(*app, op);
  ASSERT_TRUE(checked.ok()) << checked.status();
  ASSERT_EQ(checked->results_size(), 2);
  EXPECT_FALSE(checked->results(0).auth_supported());  // the builder
  EXPECT_TRUE(checked->results(1).auth_supported());
  EXPECT_FALSE(checked->results(1).check_result());
  EXPECT_EQ(checked->results(1).check_error().message(), "log in first");
  op.set_check_only(false);
  auto done = Authenticate(*app, op);
  EXPECT_TRUE(done->results(1).auth_completed());
  EXPECT_TRUE(done->results(1).check_result());
  EXPECT_FALSE(done->results(1).has_check_error());
  op.mutable_component()->set_type(pb::Component::REGISTRY);
  EXPECT_EQ(Authenticate(*app, op).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(MoreOperationsTest, DocumentationIsThePlugins) {
  auto docs = Document(**Open().OpenApp("web"));
  ASSERT_TRUE(docs.ok());
  ASSERT_EQ(docs->results_size(), 2);
  EXPECT_EQ(docs->results(1).docs().description(), "Runs it.");
  EXPECT_EQ(docs->results(1).docs().fields().at("region").default_(), "eu");
}

TEST_F(MoreOperationsTest, QueueProjectQueuesOneJobAnApp) {
  std::vector<std::string> queued;
  server_.channel.On<pb::QueueJobRequest, pb::QueueJobResponse>("QueueJob", [&](const auto& request) {
    queued.push_back(request.job().application().application());
    pb::QueueJobResponse response;
    response.set_job_id(absl::StrCat("job-", queued.size()));
    return response;
  });
  pb::Job::QueueProjectOp op;
  op.mutable_job_template()->mutable_up();
  auto result = QueueProject(Open(), op);
  ASSERT_TRUE(result.ok());
  EXPECT_THAT(queued, ::testing::UnorderedElementsAre("web", "api"));
  EXPECT_EQ(result->applications(1).job_id(), "job-2");
}

TEST_F(MoreOperationsTest, AProjectThatCannotBeDestroyedIsActiveAgain) {
  std::vector<pb::Project::ProjectState> states;
  server_.channel.On<pb::UpsertProjectRequest, pb::UpsertProjectResponse>("UpsertProject", [&](const auto& request) {
    states.push_back(request.project().state());
    return pb::UpsertProjectResponse();
  });
  server_.channel.On<pb::ListWorkspacesRequest, pb::ListWorkspacesResponse>("ListWorkspaces", [](const auto&) {
    pb::ListWorkspacesResponse response;
    response.add_workspaces()->set_name("default");
    return response;
  });
  server_.channel.On<pb::DestroyProjectRequest, google::protobuf::Empty>(
      "DestroyProject",
      [](const auto&) -> absl::StatusOr<google::protobuf::Empty> { return absl::InternalError("no"); });
  EXPECT_EQ(DestroyProject(Open(), pb::Job::DestroyProjectOp()).status(), absl::InternalError("no"));
  EXPECT_THAT(states, ElementsAre(pb::Project::DESTROYING, pb::Project::ACTIVE));
  server_.channel.On<pb::DestroyProjectRequest, google::protobuf::Empty>(
      "DestroyProject", [](const auto&) { return google::protobuf::Empty(); });
  auto destroyed = DestroyProject(*project_, pb::Job::DestroyProjectOp());
  ASSERT_TRUE(destroyed.ok()) << destroyed.status();
  EXPECT_EQ(destroyed->job_id(), "job-1");
}

TEST_F(MoreOperationsTest, AStepsTaskFailureIsAResult) {
  pb::Job queued;
  server_.channel.On<pb::QueueJobRequest, pb::QueueJobResponse>("QueueJob", [&](const auto& request) {
    queued = request.job();
    pb::QueueJobResponse response;
    response.set_job_id("child");
    return response;
  });
  std::jthread server([this] {
    auto peer = server_.channel.Accept("GetJobStream");
    EXPECT_EQ(peer->Next<pb::GetJobStreamRequest>()->job_id(), "child");
    pb::GetJobStreamResponse event;
    event.mutable_terminal()->add_events()->mutable_line()->set_msg("from the task");
    peer->Send(event);
    event.mutable_complete()->mutable_error()->set_code(9);
    peer->Send(event);
    peer->Finish(absl::OkStatus());
  });
  pb::Job job;
  auto* exec = job.mutable_pipeline_step()->mutable_step()->mutable_exec();
  exec->set_image("alpine");
  exec->set_command("true");
  exec->add_args("x");
  auto result = RunPipelineStep(Open(), job);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->pipeline_step().result().code(), 9);
  EXPECT_THAT(terminal_.lines, ElementsAre("from the task"));
  EXPECT_TRUE(queued.ondemand_runner_task().skip_operation());
  EXPECT_EQ(queued.ondemand_runner_task().launch_info().oci_url(), "alpine");
}

TEST_F(MoreOperationsTest, PollingALocalSourceFindsNothing) {
  pb::Job job;
  job.mutable_application()->set_project("shop");
  job.mutable_data_source()->mutable_local();
  auto polled = Poll(environment_, job);
  ASSERT_TRUE(polled.ok());
  EXPECT_TRUE(polled->job_id().empty());
}

TEST(PluginConfig, BothSyntaxesAndNone) {
  protostructure::Struct structure;
  auto* field = structure.add_fields();
  field->set_name("Region");
  field->set_tag("hcl:\"region,optional\"");
  field->mutable_type()->mutable_primitive()->set_kind(24);
  EXPECT_EQ(*PluginConfigJson("region = \"eu\"", pb::Hcl::HCL, structure), R"({"Region":"eu"})");
  EXPECT_EQ(*PluginConfigJson(R"({"region":"eu"})", pb::Hcl::JSON, structure), R"({"Region":"eu"})");
  EXPECT_EQ(*PluginConfigJson("", pb::Hcl::JSON, structure), R"({"Region":""})");
  EXPECT_FALSE(PluginConfigJson("region =", pb::Hcl::HCL, structure).ok());
}

}  // namespace
}  // namespace waypoint::core
