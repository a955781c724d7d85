#include "server/jobs/blocked.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/jobs/machine.h"

namespace waypoint::jobs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1000);

class FakeWorld : public World {
 public:
  std::vector<std::shared_ptr<const pb::Job>> Unfinished(const pb::Job&) const override { return unfinished; }
  std::shared_ptr<const pb::Job> LockHolder(const std::string&) const override { return holder; }
  void ForEachRunner(absl::FunctionRef<bool(const FleetRunner&)> each) const override {
    for (const FleetRunner& runner : runners) {
      if (!each(runner)) return;
    }
  }
  std::shared_ptr<const pb::Job> StartJob(const pb::Job&) const override { return start; }
  std::shared_ptr<const pb::Job> WatchJob(const pb::Job&) const override { return watch; }
  std::string UserName(const std::string& id) const override { return id.empty() ? "" : "alice"; }

  std::vector<std::shared_ptr<const pb::Job>> unfinished;
  std::shared_ptr<const pb::Job> holder, start, watch;
  std::vector<FleetRunner> runners;
};

pb::Job DeployJob(std::string id) {
  pb::Job job;
  job.set_id(std::move(id));
  job.set_state(pb::Job::QUEUED);
  job.mutable_application()->set_application("web");
  job.mutable_target_runner()->mutable_any();
  job.mutable_deploy();
  job.set_queued_by("u1");
  *job.mutable_ack_time() = ToTimestamp(kNow - absl::Seconds(12));
  return job;
}

std::shared_ptr<const pb::Job> Shared(pb::Job job) { return std::make_shared<const pb::Job>(std::move(job)); }

Blocked ReasonOf(const pb::Job& job, const World& world) {
  Verdict verdict = Consider(job, world, kNow);
  if (auto* blocked = std::get_if<Blocked>(&verdict)) return *blocked;
  ADD_FAILURE() << "assigned to " << std::get<Assignable>(verdict).runner_id;
  return Blocked();
}

TEST(BlockedTest, IdleRunnerThatFitsGetsIt) {
  FakeWorld world;
  world.runners = {{{"busy", false, {}}, true, false, "X"}, {{"idle", false, {}}, true, true, ""}};
  Verdict verdict = Consider(DeployJob("J"), world, kNow);
  ASSERT_TRUE(std::holds_alternative<Assignable>(verdict));
  EXPECT_EQ(std::get<Assignable>(verdict).runner_id, "idle");
}

TEST(BlockedTest, LockHolderIsNamedWithOperationUserAndAge) {
  FakeWorld world;
  world.runners = {{{"idle", false, {}}, true, true, ""}};
  world.holder = Shared(DeployJob("X"));
  Blocked reason = ReasonOf(DeployJob("J"), world);
  EXPECT_EQ(reason.kind(), Blocked::LOCK);
  EXPECT_EQ(reason.message(), "waiting for job X: deploy of web by alice since 12s");
  EXPECT_EQ(reason.job_id(), "X");
  EXPECT_EQ(reason.operation(), "deploy");
  EXPECT_EQ(reason.user(), "alice");
}

TEST(BlockedTest, LockDoesNotConcernABuild) {
  FakeWorld world;
  world.runners = {{{"idle", false, {}}, true, true, ""}};
  world.holder = Shared(DeployJob("X"));
  pb::Job build = DeployJob("J");
  build.mutable_build();
  EXPECT_TRUE(std::holds_alternative<Assignable>(Consider(build, world, kNow)));
}

TEST(BlockedTest, DependenciesComeFirst) {
  FakeWorld world;
  world.unfinished = {Shared(DeployJob("D")), Shared(DeployJob("E"))};
  world.holder = Shared(DeployJob("X"));
  Blocked reason = ReasonOf(DeployJob("J"), world);
  EXPECT_EQ(reason.kind(), Blocked::DEPENDENCY);
  EXPECT_EQ(reason.job_id(), "D");
  EXPECT_THAT(reason.message(), HasSubstr("and 1 more"));
}

TEST(BlockedTest, NoRunner) { EXPECT_EQ(ReasonOf(DeployJob("J"), FakeWorld()).message(), "no runner online"); }

TEST(BlockedTest, EachMissIsNamed) {
  FakeWorld world;
  world.runners = {{{"a", false, {{"env", "dev"}}}, true, true, ""},
                   {{"b", false, {}}, true, true, ""},
                   {{"c", true, {{"env", "prod"}}}, true, true, ""}};
  pb::Job job = DeployJob("J");
  (*job.mutable_target_runner()->mutable_labels()->mutable_labels())["env"] = "prod";
  Blocked reason = ReasonOf(job, world);
  EXPECT_EQ(reason.kind(), Blocked::NO_MATCH);
  EXPECT_THAT(reason.details(),
              ElementsAre("runner a: its label env is \"dev\", the job wants \"prod\"",
                          "runner b: it lacks the label env=prod", "runner c: it takes only jobs that name its id"));
}

TEST(BlockedTest, RunnerNamedByIdIsNotOnline) {
  FakeWorld world;
  world.runners = {{{"a", false, {}}, true, true, ""}};
  pb::Job job = DeployJob("J");
  job.mutable_target_runner()->mutable_id()->set_id("Z");
  Blocked reason = ReasonOf(job, world);
  EXPECT_EQ(reason.kind(), Blocked::NO_MATCH);
  EXPECT_THAT(reason.message(), HasSubstr("runner Z, for which the job is, is not online"));
}

TEST(BlockedTest, BusyRunnerIsNamedWithItsJob) {
  FakeWorld world;
  world.runners = {{{"a", false, {}}, true, false, "X"}};
  Blocked reason = ReasonOf(DeployJob("J"), world);
  EXPECT_EQ(reason.kind(), Blocked::BUSY);
  EXPECT_EQ(reason.message(), "waiting for runner a, busy with job X");
}

TEST(BlockedTest, PendingRunnerTellsHowToAdoptIt) {
  FakeWorld world;
  world.runners = {{{"a", false, {}}, false, false, ""}};
  Blocked reason = ReasonOf(DeployJob("J"), world);
  EXPECT_EQ(reason.kind(), Blocked::NOT_ADOPTED);
  EXPECT_THAT(reason.message(), HasSubstr("waypoint runner adopt a"));
}

TEST(BlockedTest, OnDemandRunnerStartingThenConnectingThenFailed) {
  FakeWorld world;
  pb::Job job = DeployJob("J");
  job.mutable_target_runner()->mutable_id()->set_id("odr");
  pb::Job start = DeployJob("S");
  start.mutable_start_task();
  world.start = Shared(start);
  world.unfinished = {world.start};
  EXPECT_EQ(ReasonOf(job, world).kind(), Blocked::ON_DEMAND_STARTING);

  start.set_state(pb::Job::SUCCESS);
  *start.mutable_complete_time() = ToTimestamp(kNow - absl::Seconds(5));
  world.start = Shared(start);
  world.unfinished.clear();
  EXPECT_THAT(ReasonOf(job, world).message(), HasSubstr("was started 5s ago and is not connected"));

  pb::Job watch = DeployJob("W");
  watch.mutable_watch_task();
  watch.set_state(pb::Job::ERROR);
  watch.mutable_error()->set_message("image not found");
  *watch.mutable_complete_time() = ToTimestamp(kNow);
  world.watch = Shared(watch);
  Blocked failed = ReasonOf(job, world);
  EXPECT_EQ(failed.kind(), Blocked::ON_DEMAND_FAILED);
  EXPECT_THAT(failed.message(), HasSubstr("image not found"));
}

// The server gave the watcher up; that says nothing of the runner.
TEST(BlockedTest, OnDemandRunnerWhoseWatcherIsLost) {
  FakeWorld world;
  pb::Job job = DeployJob("J");
  job.mutable_target_runner()->mutable_id()->set_id("odr");
  *job.mutable_expire_time() = ToTimestamp(absl::FromUnixSeconds(1200));
  pb::Job start = DeployJob("S");
  *start.mutable_complete_time() = ToTimestamp(kNow - absl::Seconds(5));
  world.start = Shared(start);
  pb::Job watch = DeployJob("W");
  watch.set_state(pb::Job::ERROR);
  watch.mutable_error()->set_message("canceled");
  watch.mutable_blocked()->set_runner_id("static");
  world.watch = Shared(watch);
  Blocked reason = ReasonOf(job, world);
  EXPECT_EQ(reason.kind(), Blocked::ON_DEMAND_STARTING);
  EXPECT_THAT(reason.message(), HasSubstr("is not connected; runner static, which watched it, was lost"));
  EXPECT_THAT(reason.details(), ElementsAre(HasSubstr("until 00:20:00 UTC")));
}

TEST(BlockedTest, StoppingJobWaitsForTheRunnerOfItsProfile) {
  FakeWorld world;
  pb::Job start = DeployJob("S");
  *start.mutable_complete_time() = ToTimestamp(kNow);
  world.start = Shared(start);
  world.runners = {{{"a", false, {}}, true, true, ""}};
  pb::Job stop = DeployJob("J");
  stop.mutable_stop_task();
  stop.mutable_target_runner()->mutable_id()->set_id("static");
  EXPECT_EQ(ReasonOf(stop, world).message(), "runner static, for which the job is, is not online");
}

TEST(BlockedTest, OnDemandRunnerThatNobodyStarts) {
  pb::Job start = DeployJob("S");
  start.mutable_start_task();
  class Chain : public FakeWorld {
   public:
    // The start itself depends on nothing.
    std::vector<std::shared_ptr<const pb::Job>> Unfinished(const pb::Job& job) const override {
      return job.id() == "J" ? std::vector<std::shared_ptr<const pb::Job>>{start} : unfinished;
    }
  } chain;
  chain.start = Shared(start);
  Blocked reason = ReasonOf(DeployJob("J"), chain);
  EXPECT_EQ(reason.kind(), Blocked::ON_DEMAND_STARTING);
  EXPECT_THAT(reason.message(), HasSubstr("which waits itself: no runner online"));
}

TEST(BlockedTest, AssignedAndNotAcknowledged) {
  FakeWorld world;
  world.runners = {{{"idle", false, {}}, true, true, ""}};
  pb::Job job = DeployJob("J");
  job.set_state(pb::Job::WAITING);
  job.mutable_assigned_runner()->set_id("X");
  *job.mutable_assign_time() = ToTimestamp(kNow - absl::Seconds(12));
  Blocked reason = ReasonOf(job, world);
  EXPECT_EQ(reason.kind(), Blocked::BUSY);
  EXPECT_EQ(reason.message(), "assigned to runner X since 12s, not acknowledged yet");
  EXPECT_EQ(reason.runner_id(), "X");
  EXPECT_EQ(FromTimestamp(reason.since()), kNow - absl::Seconds(12));
  EXPECT_THAT(reason.details(), ElementsAre(HasSubstr("within 2m ")));
}

}  // namespace
}  // namespace waypoint::jobs
