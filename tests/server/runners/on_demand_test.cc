// The chain of an on-demand runner: profiles, start, watch, job, stop, and its task (jobs-and-runners.md 9).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/job_server.h"

namespace waypoint::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class OnDemandTest : public ::testing::Test {
 protected:
  OnDemandTest() {
    server.AddProject("demo");
    pb::UpsertOnDemandRunnerConfigRequest request;
    request.mutable_config()->set_name("dev");
    request.mutable_config()->set_plugin_type("process");
    request.mutable_config()->set_oci_url("odr:1");
    (*request.mutable_config()->mutable_environment_variables())["A"] = "profile";
    profile = Upsert(request).value().config();
  }
  absl::StatusOr<pb::UpsertOnDemandRunnerConfigResponse> Upsert(const pb::UpsertOnDemandRunnerConfigRequest& request) {
    return server.Call<pb::UpsertOnDemandRunnerConfigResponse>("UpsertOnDemandRunnerConfig", request);
  }
  pb::GetTaskResponse TaskOf(const std::string& job_id) {
    pb::GetTaskRequest request;
    request.mutable_ref()->set_job_id(job_id);
    return server.Call<pb::GetTaskResponse>("GetTask", request).value();
  }
  pb::Job OnDemandBuild() {
    pb::Job job = BuildJob();
    job.mutable_ondemand_runner()->set_name("DEV");
    return job;
  }
  // Takes the next job of runner R and ends it well.
  std::string RunNext(const std::string& runner) {
    auto stream = server.AskForJob(runner);
    if (stream->received().empty()) return "";
    std::string id = stream->received()[0].assignment().job().id();
    stream->Send(Ack());
    stream->Send(Complete());
    server.Run();
    return id;
  }

  JobServer server;
  pb::OnDemandRunnerConfig profile;
};

TEST_F(OnDemandTest, ChainRunsInOrderAndTheTaskFollows) {
  auto config = server.Register(RemoteRunner("R"));
  std::string id = *server.Queue(OnDemandBuild());
  pb::GetTaskResponse task = TaskOf(id);
  EXPECT_EQ(task.task().job_state(), pb::Task::PENDING);
  EXPECT_EQ(task.task_job().id(), id);
  const std::string odr = task.task_job().target_runner().id().id();
  const pb::TaskLaunchInfo& info = task.start_job().start_task().info();
  EXPECT_EQ(info.oci_url(), "odr:1");
  EXPECT_THAT(info.arguments(),
              ElementsAre("runner", "agent", "-vv", "-id", odr, "-odr", "-odr-profile-id", profile.id()));
  EXPECT_EQ(info.environment_variables().at("A"), "profile");
  EXPECT_EQ(info.environment_variables().at("WAYPOINT_RUNNER_ID"), odr);
  EXPECT_EQ(info.environment_variables().at("WAYPOINT_SERVER_ADDR"), "srv:1");

  EXPECT_EQ(server.Get(id).blocked().kind(), pb::Job::Blocked::ON_DEMAND_STARTING);
  EXPECT_EQ(RunNext("R"), task.start_job().id());
  EXPECT_EQ(TaskOf(id).task().job_state(), pb::Task::STARTED);
  EXPECT_EQ(server.Get(id).blocked().kind(), pb::Job::Blocked::ON_DEMAND_STARTING);

  auto watcher = server.AskForJob("R");
  ASSERT_EQ(watcher->received().size(), 1u);
  EXPECT_EQ(watcher->received()[0].assignment().job().id(), task.watch_job().id());
  watcher->Send(Ack());

  pb::Runner runner;
  runner.set_id(odr);
  runner.set_by_id_only(true);
  runner.mutable_odr()->set_profile_id(profile.id());
  auto odr_config = server.Register(runner);
  EXPECT_EQ(odr_config->received().size(), 1u);
  EXPECT_TRUE(server.Get(id).has_expire_time());
  EXPECT_EQ(RunNext(odr), id);
  EXPECT_EQ(TaskOf(id).task().job_state(), pb::Task::COMPLETED);
  watcher->Send(Complete());
  server.Run();
  EXPECT_EQ(RunNext("R"), task.stop_job().id());
  EXPECT_EQ(TaskOf(id).task().job_state(), pb::Task::STOPPED);
}

TEST_F(OnDemandTest, FailedStartErrorsTheJobButStopStillRuns) {
  auto config = server.Register(RemoteRunner("R"));
  std::string id = *server.Queue(OnDemandBuild());
  pb::GetTaskResponse task = TaskOf(id);
  auto starter = server.AskForJob("R");
  starter->Send(Ack());
  starter->Send(Failure("no such image"));
  server.Run();
  EXPECT_EQ(server.Get(id).state(), pb::Job::ERROR);
  EXPECT_THAT(server.Get(id).error().message(), HasSubstr("no such image"));
  EXPECT_EQ(server.Get(task.watch_job().id()).state(), pb::Job::ERROR);
  EXPECT_EQ(RunNext("R"), task.stop_job().id());
}

TEST_F(OnDemandTest, RunnerThatDiesBeforeItsJobLetsTheJobExpire) {
  auto config = server.Register(RemoteRunner("R"));
  std::string id = *server.Queue(OnDemandBuild());
  const std::string odr = TaskOf(id).task_job().target_runner().id().id();
  RunNext("R");
  pb::Runner runner;
  runner.set_id(odr);
  runner.set_by_id_only(true);
  runner.mutable_odr();
  auto odr_config = server.Register(runner);
  odr_config->Cancel();
  server.Advance(absl::Seconds(60));
  EXPECT_EQ(server.Get(id).state(), pb::Job::ERROR);
  EXPECT_EQ(server.Register(runner)->status()->code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(OnDemandTest, RunnerMayRegisterAgainWhileItsJobRuns) {
  auto config = server.Register(RemoteRunner("R"));
  std::string id = *server.Queue(OnDemandBuild());
  const std::string odr = TaskOf(id).task_job().target_runner().id().id();
  RunNext("R");
  pb::Runner runner;
  runner.set_id(odr);
  runner.set_by_id_only(true);
  runner.mutable_odr();
  auto first = server.Register(runner);
  auto stream = server.AskForJob(odr);
  stream->Send(Ack());
  server.Run();
  auto second = server.Register(runner);
  EXPECT_EQ(second->received().size(), 1u);
  first->Cancel();
  server.Run();
  EXPECT_EQ(server.AskForJob(odr)->status(), std::nullopt) << "the newer registration stays";
}

TEST_F(OnDemandTest, DefaultProfileTakesJobsForAny) {
  pb::UpsertOnDemandRunnerConfigRequest request;
  *request.mutable_config() = profile;
  request.mutable_config()->set_default_(true);
  ASSERT_TRUE(Upsert(request).ok());
  std::string id = server.QueueBuild();
  EXPECT_EQ(server.Get(id).ondemand_runner().id(), profile.id());
  pb::Job by_id = BuildJob();
  by_id.mutable_target_runner()->mutable_id()->set_id("R");
  EXPECT_FALSE(server.Get(*server.Queue(by_id)).has_task());
}

TEST_F(OnDemandTest, CancelTaskStopsAllOfIt) {
  std::string id = *server.Queue(OnDemandBuild());
  pb::CancelTaskRequest request;
  request.mutable_ref()->set_job_id(id);
  ASSERT_TRUE(server.Call<google::protobuf::Empty>("CancelTask", request).ok());
  pb::GetTaskResponse task = TaskOf(id);
  EXPECT_EQ(task.start_job().state(), pb::Job::ERROR);
  EXPECT_EQ(task.task_job().state(), pb::Job::ERROR);
  EXPECT_EQ(task.stop_job().state(), pb::Job::ERROR);
  EXPECT_EQ(task.task().job_state(), pb::Task::PENDING) << "only reports of runners move a task";
}

TEST_F(OnDemandTest, SkippedOperationIsTheTaskItself) {
  pb::Job job = OnDemandBuild();
  job.mutable_ondemand_runner_task()->set_skip_operation(true);
  EXPECT_EQ(server.Queue(job).status().code(), absl::StatusCode::kFailedPrecondition);
  job.mutable_noop();
  job.mutable_ondemand_runner_task()->mutable_launch_info()->set_oci_url("mine:2");
  job.mutable_ondemand_runner_task()->mutable_launch_info()->add_arguments("work");
  pb::GetTaskResponse task = TaskOf(*server.Queue(job));
  EXPECT_EQ(task.task_job().id(), task.watch_job().id());
  EXPECT_EQ(task.start_job().start_task().info().oci_url(), "mine:2");
  EXPECT_THAT(task.start_job().start_task().info().arguments(), ElementsAre("work"));
  EXPECT_EQ(task.stop_job().depends_on_size(), 2);
}

TEST_F(OnDemandTest, ProfilesAreFoundByWholeName) {
  pb::UpsertOnDemandRunnerConfigRequest request;
  request.mutable_config()->set_name("de");
  request.mutable_config()->set_plugin_type("process");
  EXPECT_NE(Upsert(request)->config().id(), profile.id());
  request.mutable_config()->set_name("Dev");
  EXPECT_EQ(Upsert(request)->config().id(), profile.id());
  request.mutable_config()->set_id("nosuch");
  EXPECT_EQ(Upsert(request).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(OnDemandTest, ProfileRules) {
  pb::UpsertOnDemandRunnerConfigRequest request;
  request.mutable_config()->set_name("bad name");
  request.mutable_config()->mutable_target_runner()->mutable_labels();
  request.mutable_config()->set_plugin_config("a = ");
  absl::Status status = Upsert(request).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  for (const char* field : {"plugin_type", "name", "target_runner.labels", "plugin_config"}) {
    EXPECT_THAT(std::string(status.message()), HasSubstr(field));
  }
  pb::GetOnDemandRunnerConfigRequest get;
  get.mutable_config();
  auto nothing = server.Call<pb::GetOnDemandRunnerConfigResponse>("GetOnDemandRunnerConfig", get);
  EXPECT_TRUE(nothing.ok() && !nothing->has_config());
  get.mutable_config()->set_name("nosuch");
  EXPECT_EQ(server.Call<pb::GetOnDemandRunnerConfigResponse>("GetOnDemandRunnerConfig", get).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace waypoint::testing
