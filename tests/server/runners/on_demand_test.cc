// The chain of an on-demand runner: profiles, start, watch, job, stop, and its task (jobs-and-runners.md 9).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/jobs/on_demand_wait.h"
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
  pb::Runner OnDemandRunner(const std::string& id) {
    pb::Runner runner;
    runner.set_id(id);
    runner.set_by_id_only(true);
    runner.mutable_odr()->set_profile_id(profile.id());
    return runner;
  }
  // The watching job, which is next, sees the on-demand runner end.
  void Watch(int exit_code) {
    auto watcher = server.AskForJob("R");
    watcher->Send(Ack());
    pb::RunnerJobStreamRequest complete;
    complete.mutable_complete()->mutable_result()->mutable_watch_task()->set_exit_code(exit_code);
    watcher->Send(complete);
    server.Run();
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

TEST_F(OnDemandTest, RunnerThatEndsBeforeItRegistersFailsItsJob) {
  auto config = server.Register(RemoteRunner("R"));
  std::string id = *server.Queue(OnDemandBuild());
  pb::GetTaskResponse task = TaskOf(id);
  RunNext("R");
  Watch(/*exit_code=*/3);
  EXPECT_EQ(server.Get(id).state(), pb::Job::QUEUED) << "it may be about to register";
  EXPECT_EQ(server.Get(id).blocked().kind(), pb::Job::Blocked::ON_DEMAND_FAILED);
  server.Advance(jobs::kOnDemandEnded - absl::Seconds(1));
  EXPECT_EQ(server.Get(id).state(), pb::Job::QUEUED);
  server.Advance(absl::Seconds(1));
  const pb::Job job = server.Get(id);
  EXPECT_EQ(job.state(), pb::Job::ERROR);
  EXPECT_EQ(job.error().code(), static_cast<int>(absl::StatusCode::kAborted));
  EXPECT_THAT(job.error().message(), HasSubstr("ended with exit code 3"));
  EXPECT_THAT(job.error().message(), HasSubstr("waypoint job get-stream " + task.watch_job().id()));
  EXPECT_EQ(RunNext("R"), task.stop_job().id());
}

TEST_F(OnDemandTest, RunnerThatRegistersRightAfterItsWatchEndedGetsItsJob) {
  auto config = server.Register(RemoteRunner("R"));
  std::string id = *server.Queue(OnDemandBuild());
  RunNext("R");
  Watch(/*exit_code=*/0);
  server.Advance(jobs::kOnDemandEnded - absl::Seconds(1));
  const std::string odr = TaskOf(id).task_job().target_runner().id().id();
  auto odr_config = server.Register(OnDemandRunner(odr));
  server.Advance(absl::Seconds(30));
  EXPECT_EQ(RunNext(odr), id);
  EXPECT_EQ(server.Get(id).state(), pb::Job::SUCCESS);
}

TEST_F(OnDemandTest, PlatformsWordsAreTheErrorWhereTheWatchFailed) {
  auto config = server.Register(RemoteRunner("R"));
  std::string id = *server.Queue(OnDemandBuild());
  RunNext("R");
  auto watcher = server.AskForJob("R");
  watcher->Send(Ack());
  watcher->Send(Failure("the container was evicted"));
  server.Run();
  EXPECT_THAT(server.Get(id).blocked().message(), HasSubstr("the container was evicted"));
  server.Advance(jobs::kOnDemandUnwatched);
  EXPECT_EQ(server.Get(id).state(), pb::Job::ERROR);
  EXPECT_THAT(server.Get(id).error().message(), HasSubstr("the container was evicted"));
}

TEST_F(OnDemandTest, RunnerThatNeverRegistersIsNotWaitedForForEver) {
  auto config = server.Register(RemoteRunner("R"));
  std::string id = *server.Queue(OnDemandBuild());
  EXPECT_FALSE(server.Get(id).has_expire_time());
  RunNext("R");
  config.reset();
  server.Run();
  server.Restart();  // the end is kept
  server.Advance(jobs::kOnDemandConnect - absl::Seconds(1));
  EXPECT_THAT(server.Get(id).blocked().message(), HasSubstr("was started 14m59s ago and is not connected"));
  server.Advance(absl::Seconds(1));
  EXPECT_EQ(server.Get(id).state(), pb::Job::ERROR);
  EXPECT_THAT(server.Get(id).blocked().message(), HasSubstr("was not started in time: the on-demand runner"));
}

TEST_F(OnDemandTest, RunnerThatComesAndGoesIsNotWaitedForForEver) {
  auto config = server.Register(RemoteRunner("R"));
  std::string id = *server.Queue(OnDemandBuild());
  const std::string odr = TaskOf(id).task_job().target_runner().id().id();
  RunNext("R");
  int times = 0;
  while (server.Get(id).state() == pb::Job::QUEUED && times < 100) {
    ++times;
    server.Register(OnDemandRunner(odr));
    server.Advance(absl::Seconds(30));
  }
  EXPECT_EQ(server.Get(id).state(), pb::Job::ERROR);
  EXPECT_EQ(times, 32) << "15 minutes to connect and one to take the job";
}

TEST_F(OnDemandTest, RunnerThatRegistersAndNeverTakesItsJob) {
  auto config = server.Register(RemoteRunner("R"));
  std::string id = *server.Queue(OnDemandBuild());
  const std::string odr = TaskOf(id).task_job().target_runner().id().id();
  RunNext("R");
  auto odr_config = server.Register(OnDemandRunner(odr));
  EXPECT_THAT(server.Get(id).blocked().message(), HasSubstr("which does not ask for a job yet"));
  server.Advance(absl::Seconds(60));
  EXPECT_EQ(server.Get(id).state(), pb::Job::ERROR);
  EXPECT_EQ(server.Get(id).error().message(), "canceled");
  EXPECT_THAT(server.Get(id).blocked().message(), HasSubstr("which does not ask for a job yet"));
}

TEST_F(OnDemandTest, LossOfTheRunnerThatStartsItIsPassedOn) {
  auto config = server.Register(RemoteRunner("R"));
  std::string id = *server.Queue(OnDemandBuild());
  auto starter = server.AskForJob("R");
  starter->Send(Ack());
  server.Run();
  starter->Cancel();
  config->Cancel();
  server.Advance(jobs::kHeartbeatTimeout);
  EXPECT_EQ(server.Get(id).state(), pb::Job::ERROR);
  EXPECT_THAT(server.Get(id).error().message(), HasSubstr("runner R was lost"));
}

TEST_F(OnDemandTest, LossOfTheRunnerThatWatchesItIsNoEnd) {
  auto config = server.Register(RemoteRunner("R"));
  std::string id = *server.Queue(OnDemandBuild());
  const std::string odr = TaskOf(id).task_job().target_runner().id().id();
  RunNext("R");
  auto watcher = server.AskForJob("R");
  watcher->Send(Ack());
  server.Run();
  watcher->Cancel();
  server.Advance(jobs::kHeartbeatTimeout + absl::Minutes(5));
  EXPECT_EQ(server.Get(id).blocked().kind(), pb::Job::Blocked::ON_DEMAND_STARTING);
  EXPECT_THAT(server.Get(id).blocked().message(), HasSubstr("runner R, which watched it, was lost"));
  auto odr_config = server.Register(OnDemandRunner(odr));
  EXPECT_EQ(RunNext(odr), id);
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
