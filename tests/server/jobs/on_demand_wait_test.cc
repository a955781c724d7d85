// How long a job waits for its on-demand runner, as a function of what the chain reported and of now.
#include "server/jobs/on_demand_wait.h"

#include <gtest/gtest.h>

namespace waypoint::jobs {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'000'000);
using Report = Change::Report;

class OnDemandWaitTest : public ::testing::Test {
 protected:
  OnDemandWaitTest() {
    task.mutable_start_job()->set_id("start");
    task.mutable_watch_job()->set_id("watch");
    task.mutable_task_job()->set_id("job");
    task.mutable_stop_job()->set_id("stop");
    start.set_id("start");
    watch.set_id("watch");
    watch.set_state(pb::Job::SUCCESS);
    *watch.mutable_complete_time() = ToTimestamp(kNow);
    watch.mutable_result()->mutable_watch_task()->set_exit_code(1);
  }
  pb::Task task;
  pb::Job start, watch;
};

TEST_F(OnDemandWaitTest, StartGivesTimeToConnect) {
  EXPECT_EQ(WaitEnds(task, start, Report::kSucceeded, kNow), kNow + absl::Minutes(15));
  EXPECT_EQ(WaitEnds(task, start, Report::kAcked, kNow), std::nullopt);
  EXPECT_EQ(WaitEnds(task, start, Report::kFailed, kNow), std::nullopt) << "the job fails with it";
}

TEST_F(OnDemandWaitTest, EndOfTheRunnerDrawsItNear) {
  EXPECT_EQ(WaitEnds(task, watch, Report::kSucceeded, kNow), kNow + absl::Seconds(10));
  EXPECT_TRUE(WatcherReported(watch));
}

TEST_F(OnDemandWaitTest, FailedWatcherKnowsLess) {
  watch.set_state(pb::Job::ERROR);
  watch.clear_result();
  watch.mutable_error()->set_message("no such container");
  EXPECT_EQ(WaitEnds(task, watch, Report::kFailed, kNow), kNow + absl::Minutes(2));
  EXPECT_TRUE(WatcherReported(watch));
}

TEST_F(OnDemandWaitTest, WatcherWithoutAWordSaysNothingOfTheRunner) {
  watch.mutable_result()->clear_watch_task();
  EXPECT_EQ(WaitEnds(task, watch, Report::kSucceeded, kNow), std::nullopt);
  EXPECT_FALSE(WatcherReported(watch));
}

TEST_F(OnDemandWaitTest, WatcherThatTheServerGaveUpSaysNothingOfTheRunner) {
  watch.set_state(pb::Job::ERROR);
  watch.clear_result();
  watch.clear_complete_time();
  watch.mutable_error()->set_message("canceled");
  EXPECT_FALSE(WatcherReported(watch));
}

TEST_F(OnDemandWaitTest, OtherJobsOfTheChainChangeNothing) {
  pb::Job other;
  for (const char* id : {"job", "stop", "elsewhere"}) {
    other.set_id(id);
    EXPECT_EQ(WaitEnds(task, other, Report::kSucceeded, kNow), std::nullopt) << id;
  }
}

TEST_F(OnDemandWaitTest, RegistrationGivesAMinuteButNotForEver) {
  EXPECT_EQ(WaitEndsOnceRegistered(nullptr, kNow), kNow + absl::Seconds(60));
  EXPECT_EQ(WaitEndsOnceRegistered(&start, kNow), kNow + absl::Seconds(60)) << "registered before the start was over";
  *start.mutable_complete_time() = ToTimestamp(kNow - absl::Minutes(14));
  EXPECT_EQ(WaitEndsOnceRegistered(&start, kNow), kNow + absl::Seconds(60));
  *start.mutable_complete_time() = ToTimestamp(kNow - absl::Minutes(20));
  EXPECT_EQ(WaitEndsOnceRegistered(&start, kNow), kNow - absl::Minutes(4)) << "it comes and goes";
}

}  // namespace
}  // namespace waypoint::jobs
