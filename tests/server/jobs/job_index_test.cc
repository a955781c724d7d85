#include "server/jobs/job_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "server/jobs/machine.h"

namespace waypoint::jobs {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;
using ::testing::StrEq;

pb::Job Queued(std::string id, int second) {
  pb::Job job;
  job.set_id(std::move(id));
  job.set_state(pb::Job::QUEUED);
  *job.mutable_queue_time() = ToTimestamp(absl::FromUnixSeconds(second));
  job.mutable_target_runner()->mutable_any();
  job.mutable_application()->set_application("web");
  job.mutable_application()->set_project("p");
  job.mutable_workspace()->set_workspace("default");
  job.mutable_build();
  return job;
}

pb::Job In(pb::Job job, pb::Job::State state) {
  job.set_state(state);
  if (state != pb::Job::QUEUED) job.mutable_assigned_runner()->set_id("R");
  return job;
}

pb::Job DeployOf(pb::Job job, const std::string& app) {
  job.mutable_application()->set_application(app);
  job.mutable_deploy();
  return job;
}

class JobIndexTest : public testing::Test {
 protected:
  void Put(const pb::Job& job) {
    auto it = stored_.find(job.id());
    index_.Changed(job.id(), it == stored_.end() ? nullptr : &it->second, &job);
    stored_[job.id()] = job;
  }
  std::optional<std::string> Best(RunnerView runner = {"R", false, {{"env", "prod"}, {"zone", "a"}}}) {
    return index_.Best(runner);
  }

  JobIndex index_;
  std::map<std::string, pb::Job> stored_;
};

TEST_F(JobIndexTest, OldestOverAllClassesWins) {
  pb::Job any = Queued("C", 3), by_id = Queued("B", 2), by_labels = Queued("A", 1);
  by_id.mutable_target_runner()->mutable_id()->set_id("R");
  (*by_labels.mutable_target_runner()->mutable_labels()->mutable_labels())["env"] = "prod";
  Put(any);
  EXPECT_THAT(Best(), Optional(StrEq("C")));
  Put(by_id);
  EXPECT_THAT(Best(), Optional(StrEq("B")));
  Put(by_labels);
  EXPECT_THAT(Best(), Optional(StrEq("A")));
  EXPECT_THAT(Best({"R", true, {}}), Optional(StrEq("B")));
  EXPECT_THAT(Best({"S", false, {{"env", "dev"}}}), Optional(StrEq("C")));
}

TEST_F(JobIndexTest, EmptyLabelsMatchNobody) {
  pb::Job job = Queued("A", 1);
  job.mutable_target_runner()->mutable_labels();
  Put(job);
  EXPECT_EQ(Best(), std::nullopt);
}

TEST_F(JobIndexTest, DependentsWaitUntilTheLastDependencyEnds) {
  pb::Job first = Queued("A", 1), second = Queued("B", 2), dependent = Queued("C", 0);
  dependent.add_depends_on("A");
  dependent.add_depends_on("B");
  Put(dependent);
  EXPECT_THAT(Best(), Optional(StrEq("C"))) << "dependencies that are not known count as done";
  Put(first);
  Put(second);
  EXPECT_THAT(Best(), Optional(StrEq("A")));
  EXPECT_THAT(index_.Dependents("A"), ElementsAre("C"));
  Put(In(first, pb::Job::SUCCESS));
  EXPECT_THAT(Best(), Optional(StrEq("B")));
  Put(In(second, pb::Job::ERROR));
  EXPECT_THAT(Best(), Optional(StrEq("C")));
}

TEST_F(JobIndexTest, LockBlocksOnlyItsLane) {
  pb::Job holder = DeployOf(Queued("A", 1), "web"), blocked = DeployOf(Queued("B", 2), "WEB"),
          other = DeployOf(Queued("C", 3), "api");
  Put(holder);
  Put(blocked);
  Put(other);
  Put(In(holder, pb::Job::WAITING));
  EXPECT_THAT(index_.LockHolder(LockKey(blocked)), Optional(StrEq("A")));
  EXPECT_THAT(Best(), Optional(StrEq("C")));
  Put(In(holder, pb::Job::RUNNING));
  EXPECT_THAT(Best(), Optional(StrEq("C")));
  index_.TakeFreshTargets();
  Put(In(holder, pb::Job::SUCCESS));
  EXPECT_THAT(Best(), Optional(StrEq("B")));
  EXPECT_THAT(index_.TakeFreshTargets(), ElementsAre("any"));
}

TEST_F(JobIndexTest, CancelledQueuedJobFreesNoLock) {
  pb::Job holder = DeployOf(Queued("A", 1), "web"), queued = DeployOf(Queued("B", 2), "web");
  Put(In(holder, pb::Job::RUNNING));
  Put(queued);
  Put(In(queued, pb::Job::ERROR));
  EXPECT_THAT(index_.LockHolder(LockKey(holder)), Optional(StrEq("A")));
}

TEST_F(JobIndexTest, BuildAndUpTakeNoLock) {
  pb::Job up = Queued("A", 1);
  up.mutable_up();
  EXPECT_EQ(LockKey(up), "");
  EXPECT_EQ(LockKey(Queued("B", 1)), "");
}

TEST_F(JobIndexTest, PeekSeesBlockedJobsToo) {
  pb::Job holder = DeployOf(Queued("A", 1), "web"), blocked = DeployOf(Queued("B", 2), "web");
  Put(In(holder, pb::Job::RUNNING));
  Put(blocked);
  EXPECT_EQ(Best(), std::nullopt);
  EXPECT_THAT(index_.Peek({"R", false, {}}), Optional(StrEq("B")));
}

TEST_F(JobIndexTest, SingletonsIgnoreCaseAndRunningJobs) {
  pb::Job job = Queued("A", 1);
  job.set_singleton_id("Poll/X");
  Put(job);
  EXPECT_THAT(index_.QueuedSingleton("poll/x"), Optional(StrEq("A")));
  Put(In(job, pb::Job::WAITING));
  EXPECT_EQ(index_.QueuedSingleton("poll/x"), std::nullopt);
}

TEST_F(JobIndexTest, ExpiryFollowsTheRecord) {
  pb::Job job = Queued("A", 1);
  *job.mutable_expire_time() = ToTimestamp(absl::FromUnixSeconds(100));
  Put(job);
  EXPECT_EQ(index_.NextExpiry()->first, absl::FromUnixSeconds(100));
  *job.mutable_expire_time() = ToTimestamp(absl::FromUnixSeconds(160));
  Put(job);
  EXPECT_EQ(index_.NextExpiry()->first, absl::FromUnixSeconds(160));
  Put(In(job, pb::Job::RUNNING));
  EXPECT_EQ(index_.NextExpiry(), std::nullopt);
}

TEST_F(JobIndexTest, FinishedJobsInTwoOrders) {
  for (const char* id : {"A", "B", "C"}) Put(In(Queued(id, 1), pb::Job::SUCCESS));
  Put(In(Queued("D", 1), pb::Job::ERROR));
  Put(Queued("E", 1));
  Put(In(Queued("AA", 1), pb::Job::ERROR));
  EXPECT_THAT(index_.FailedFirst(3), ElementsAre("AA", "D", "A"));
  EXPECT_THAT(index_.FailedFirst(99), ElementsAre("AA", "D", "A", "B", "C"));
  EXPECT_THAT(index_.OldestFinished(99, std::nullopt), ElementsAre("A", "AA", "B", "C", "D"));
  EXPECT_THAT(index_.OldestFinished(99, "B"), ElementsAre("A", "AA"));
  EXPECT_THAT(index_.OldestFinished(1, "B"), ElementsAre("A"));
}

// Any history, undone step by step, leaves what was there before: the same answers at each point.
TEST_F(JobIndexTest, UndoIsExact) {
  auto answers = [&] {
    std::string text;
    for (const char* id : {"R", "S"}) {
      for (bool only : {false, true}) {
        RunnerView view{id, only, {{"env", "prod"}}};
        text += index_.Best(view).value_or("-") + "," + index_.Peek(view).value_or("-") + ";";
      }
    }
    for (const char* app : {"a", "b"}) text += index_.LockHolder(LockKey(DeployOf(Queued("", 0), app))).value_or("-");
    for (const std::string& id : index_.known()) text += " " + id;
    for (const std::string& id : index_.Live()) text += " live " + id;
    if (auto next = index_.NextExpiry()) text += " expires " + next->second;
    text += " " + index_.QueuedSingleton("s").value_or("-");
    return text;
  };
  std::mt19937 random(5);
  auto pick = [&](int n) { return static_cast<int>(random() % n); };
  auto make = [&](const std::string& id) {
    pb::Job job = Queued(id, pick(5));
    if (pick(2)) job = DeployOf(job, pick(2) ? "a" : "b");
    if (pick(3) == 0) job.mutable_target_runner()->mutable_id()->set_id(pick(2) ? "R" : "S");
    if (pick(4) == 0) (*job.mutable_target_runner()->mutable_labels()->mutable_labels())["env"] = "prod";
    if (pick(3) == 0) job.add_depends_on(std::string(1, static_cast<char>('A' + pick(8))));
    if (pick(4) == 0) job.set_singleton_id("S");
    if (pick(4) == 0) *job.mutable_expire_time() = ToTimestamp(absl::FromUnixSeconds(pick(9)));
    return In(job, static_cast<pb::Job::State>(1 + pick(5)));
  };
  for (int round = 0; round < 200; ++round) {
    struct Undo {
      std::string id;
      std::optional<pb::Job> before, after;
    };
    std::vector<Undo> undo;
    std::vector<std::string> history;
    for (int i = 0; i < 12; ++i) {
      history.push_back(answers());
      std::string id(1, static_cast<char>('A' + pick(8)));
      auto it = stored_.find(id);
      Undo u{id, it == stored_.end() ? std::nullopt : std::optional<pb::Job>(it->second), make(id)};
      Put(*u.after);
      undo.push_back(std::move(u));
    }
    while (!undo.empty()) {
      Undo& u = undo.back();
      index_.Changed(u.id, &*u.after, u.before ? &*u.before : nullptr);
      u.before ? (void)(stored_[u.id] = *u.before) : (void)stored_.erase(u.id);
      ASSERT_EQ(answers(), history.back());
      undo.pop_back();
      history.pop_back();
    }
    Put(make(std::string(1, static_cast<char>('A' + pick(8)))));
  }
}

}  // namespace
}  // namespace waypoint::jobs
