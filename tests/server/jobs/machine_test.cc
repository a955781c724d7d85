// Row for row the table of jobs-and-runners.md 2.
#include "server/jobs/machine.h"

#include <gtest/gtest.h>

#include <vector>

namespace waypoint::jobs {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'000'000);
const absl::Time kBefore = kNow - absl::Seconds(50);
constexpr Lease kMine = 7;

pb::Job JobIn(pb::Job::State state) {
  pb::Job job;
  job.set_id("J");
  job.set_state(state);
  *job.mutable_queue_time() = ToTimestamp(kBefore);
  if (state >= pb::Job::WAITING) {
    *job.mutable_assign_time() = ToTimestamp(kBefore);
    job.mutable_assigned_runner()->set_id("R");
  }
  if (state >= pb::Job::RUNNING) *job.mutable_ack_time() = ToTimestamp(kBefore);
  if (state == pb::Job::SUCCESS) *job.mutable_complete_time() = ToTimestamp(kBefore);
  if (state == pb::Job::ERROR) job.mutable_error()->set_code(2);
  return job;
}

google::rpc::Status RunnerError(int code) {
  google::rpc::Status error;
  error.set_code(code);
  error.set_message("boom");
  return error;
}

google::protobuf::Timestamp CancelOfOther() { return ToTimestamp(kBefore + absl::Seconds(1)); }

enum Effects : unsigned {
  kNothing = 0,
  kAssigned = 1,        // assign_time = now, assigned_runner
  kUnassigned = 2,      // both cleared
  kAckTime = 4,         // ack_time = now
  kCompleteTime = 8,    // complete_time = now
  kCancelTime = 16,     // cancel_time = now
  kCanceledError = 32,  // error.code CANCELED
  kLeaseEnds = 64,
  kOutput = 128,
  kCascades = 256,
};

struct Row {
  const char* name;
  pb::Job::State from;
  JobEvent event;
  pb::Job::State to;
  unsigned effects;
  Change::Timer timer;
  Change::Report report = Change::Report::kNone;
};

const std::vector<Row>& Rows() {
  using T = Change::Timer;
  using R = Change::Report;
  static const std::vector<Row>* rows = new std::vector<Row>{
      {"assign", pb::Job::QUEUED, event::Assign{"R2"}, pb::Job::WAITING, kAssigned, T::kAck},
      {"ack", pb::Job::WAITING, event::Ack{kMine}, pb::Job::RUNNING, kAckTime | kOutput, T::kHeartbeat, R::kAcked},
      {"nack", pb::Job::WAITING, event::Nack{kMine}, pb::Job::QUEUED, kUnassigned | kLeaseEnds, T::kStop},
      {"ack timeout", pb::Job::WAITING, event::AckTimeout{}, pb::Job::QUEUED, kUnassigned | kLeaseEnds, T::kStop},
      {"complete", pb::Job::RUNNING, event::Complete{kMine, {}}, pb::Job::SUCCESS, kCompleteTime | kLeaseEnds, T::kStop,
       R::kSucceeded},
      {"error", pb::Job::RUNNING, event::Fail{kMine, RunnerError(9)}, pb::Job::ERROR,
       kCompleteTime | kLeaseEnds | kCascades, T::kStop, R::kFailed},
      {"cancel queued", pb::Job::QUEUED, event::Cancel{false}, pb::Job::ERROR,
       kCancelTime | kCanceledError | kLeaseEnds | kCascades, T::kStop},
      {"force cancel queued", pb::Job::QUEUED, event::Cancel{true}, pb::Job::ERROR,
       kCancelTime | kCanceledError | kLeaseEnds | kCascades, T::kStop},
      {"queued expires", pb::Job::QUEUED, event::Expire{{}}, pb::Job::ERROR,
       kCancelTime | kCanceledError | kLeaseEnds | kCascades, T::kStop},
      {"waiting expires", pb::Job::WAITING, event::Expire{{}}, pb::Job::WAITING, kCancelTime, T::kKeep},
      {"running does not expire", pb::Job::RUNNING, event::Expire{{}}, pb::Job::RUNNING, kNothing, T::kKeep},
      {"cancel waiting", pb::Job::WAITING, event::Cancel{false}, pb::Job::WAITING, kCancelTime, T::kKeep},
      {"cancel running", pb::Job::RUNNING, event::Cancel{false}, pb::Job::RUNNING, kCancelTime, T::kKeep},
      {"force cancel waiting", pb::Job::WAITING, event::Cancel{true}, pb::Job::ERROR,
       kCancelTime | kCanceledError | kLeaseEnds | kCascades, T::kStop},
      {"force cancel running", pb::Job::RUNNING, event::Cancel{true}, pb::Job::ERROR,
       kCancelTime | kCanceledError | kLeaseEnds | kCascades, T::kStop},
      {"heartbeat timeout", pb::Job::RUNNING, event::HeartbeatTimeout{absl::Seconds(15)}, pb::Job::ERROR,
       kCancelTime | kCanceledError | kLeaseEnds | kCascades, T::kStop},
      {"on-demand runner failed", pb::Job::QUEUED, event::OnDemandFailed{{}}, pb::Job::ERROR,
       kCompleteTime | kLeaseEnds | kCascades, T::kStop},
      {"on-demand runner failed after it took the job", pb::Job::WAITING, event::OnDemandFailed{{}}, pb::Job::WAITING,
       kNothing, T::kKeep},
      {"heartbeat", pb::Job::RUNNING, event::Heartbeat{kMine}, pb::Job::RUNNING, kNothing, T::kHeartbeat},
      {"heartbeat when waiting is ignored", pb::Job::WAITING, event::Heartbeat{kMine}, pb::Job::WAITING, kNothing,
       T::kKeep},
      {"heartbeat of a stale stream is ignored", pb::Job::RUNNING, event::Heartbeat{6}, pb::Job::RUNNING, kNothing,
       T::kKeep},
      {"dependency failed", pb::Job::QUEUED, event::DependencyFailed{"D", "boom", {}}, pb::Job::ERROR,
       kCanceledError | kLeaseEnds | kCascades, T::kStop},
      {"dependency of running failed", pb::Job::RUNNING, event::DependencyFailed{"D", "boom", {}}, pb::Job::RUNNING,
       kNothing, T::kKeep},
      {"replaced", pb::Job::QUEUED, event::Replaced{"N"}, pb::Job::ERROR, kCanceledError | kLeaseEnds, T::kStop},
      {"cancel success", pb::Job::SUCCESS, event::Cancel{true}, pb::Job::SUCCESS, kNothing, T::kKeep},
      {"cancel error", pb::Job::ERROR, event::Cancel{false}, pb::Job::ERROR, kNothing, T::kKeep},
      {"terminal does not expire", pb::Job::SUCCESS, event::Expire{{}}, pb::Job::SUCCESS, kNothing, T::kKeep},
      {"late ack timeout", pb::Job::RUNNING, event::AckTimeout{}, pb::Job::RUNNING, kNothing, T::kKeep},
      {"late heartbeat timeout", pb::Job::SUCCESS, event::HeartbeatTimeout{absl::Seconds(15)}, pb::Job::SUCCESS,
       kNothing, T::kKeep},
  };
  return *rows;
}

TEST(MachineTest, Table) {
  for (const Row& row : Rows()) {
    SCOPED_TRACE(row.name);
    pb::Job before = JobIn(row.from);
    absl::StatusOr<Change> change = Apply({before, kMine}, row.event, kNow);
    ASSERT_TRUE(change.ok()) << change.status();
    const pb::Job after = change->job != nullptr ? *change->job : before;
    EXPECT_EQ(after.state(), row.to);
    EXPECT_EQ(change->timer, row.timer);
    EXPECT_EQ(change->report, row.report);
    EXPECT_EQ(change->lease_ends, (row.effects & kLeaseEnds) != 0);
    EXPECT_EQ(change->make_output, (row.effects & kOutput) != 0);
    EXPECT_EQ(change->errored, (row.effects & kCascades) != 0);
    EXPECT_EQ(change->job != nullptr, row.effects != kNothing);

    pb::Job want = before;
    want.set_state(row.to);
    if (row.effects & kAssigned) {
      *want.mutable_assign_time() = ToTimestamp(kNow);
      want.mutable_assigned_runner()->set_id("R2");
    }
    if (row.effects & kUnassigned) {
      want.clear_assign_time();
      want.clear_assigned_runner();
    }
    if (row.effects & kAckTime) *want.mutable_ack_time() = ToTimestamp(kNow);
    if (row.effects & kCompleteTime) *want.mutable_complete_time() = ToTimestamp(kNow);
    if (row.effects & kCancelTime) *want.mutable_cancel_time() = ToTimestamp(kNow);
    pb::Job rest = after;  // error and result have tests of their own
    for (pb::Job* job : {&rest, &want}) {
      job->clear_error();
      job->clear_result();
      job->clear_blocked();
    }
    EXPECT_EQ(rest.DebugString(), want.DebugString());
    if (row.effects & kCanceledError) {
      EXPECT_EQ(after.error().code(), 1);
    }
  }
}

TEST(MachineTest, RefusedEvents) {
  struct Refused {
    const char* name;
    pb::Job::State from;
    JobEvent event;
  };
  const Refused kRefused[] = {
      {"assign waiting", pb::Job::WAITING, event::Assign{"R"}},
      {"assign finished", pb::Job::SUCCESS, event::Assign{"R"}},
      {"ack queued", pb::Job::QUEUED, event::Ack{kMine}},
      {"ack running", pb::Job::RUNNING, event::Ack{kMine}},
      {"ack finished", pb::Job::ERROR, event::Ack{kMine}},
      {"late ack of another stream", pb::Job::WAITING, event::Ack{6}},
      {"nack running", pb::Job::RUNNING, event::Nack{kMine}},
      {"nack of another stream", pb::Job::WAITING, event::Nack{6}},
      {"complete queued", pb::Job::QUEUED, event::Complete{kMine, {}}},
      {"complete waiting", pb::Job::WAITING, event::Complete{kMine, {}}},
      {"complete twice", pb::Job::SUCCESS, event::Complete{kMine, {}}},
      {"complete of another stream", pb::Job::RUNNING, event::Complete{6, {}}},
      {"error twice", pb::Job::ERROR, event::Fail{kMine, RunnerError(2)}},
      {"error of another stream", pb::Job::RUNNING, event::Fail{6, RunnerError(2)}},
      {"replace running", pb::Job::RUNNING, event::Replaced{"N"}},
  };
  for (const Refused& refused : kRefused) {
    SCOPED_TRACE(refused.name);
    pb::Job job = JobIn(refused.from);
    EXPECT_EQ(Apply({job, kMine}, refused.event, kNow).status().code(), absl::StatusCode::kFailedPrecondition);
  }
}

TEST(MachineTest, ErrorIsTheRunnersAndResultStaysUnset) {
  pb::Job job = JobIn(pb::Job::RUNNING);
  pb::Job after = *Apply({job, kMine}, event::Fail{kMine, RunnerError(9)}, kNow)->job;
  EXPECT_EQ(after.error().code(), 9);
  EXPECT_EQ(after.error().message(), "boom");
  EXPECT_FALSE(after.has_result());
}

TEST(MachineTest, ErrorWithCodeOkIsStillAnError) {
  pb::Job job = JobIn(pb::Job::RUNNING);
  pb::Job after = *Apply({job, kMine}, event::Fail{kMine, {}}, kNow)->job;
  EXPECT_EQ(after.state(), pb::Job::ERROR);
  EXPECT_EQ(after.error().code(), 2);
}

TEST(MachineTest, ResultIsStoredEvenIfEmpty) {
  pb::Job job = JobIn(pb::Job::RUNNING);
  EXPECT_TRUE(Apply({job, kMine}, event::Complete{kMine, {}}, kNow)->job->has_result());
}

TEST(MachineTest, CancelOfLiveJobOverwritesAnEarlierOne) {
  pb::Job job = JobIn(pb::Job::RUNNING);
  *job.mutable_cancel_time() = CancelOfOther();
  pb::Job after = *Apply({job, kMine}, event::Cancel{false}, kNow)->job;
  EXPECT_EQ(FromTimestamp(after.cancel_time()), kNow);
}

TEST(MachineTest, FailedDependencyIsNamedAndPassesItsCancelTimeOn) {
  pb::Job job = JobIn(pb::Job::QUEUED);
  pb::Job after = *Apply({job, 0}, event::DependencyFailed{"D", "boom", CancelOfOther()}, kNow)->job;
  EXPECT_NE(after.error().message().find("D"), std::string::npos);
  EXPECT_NE(after.error().message().find("boom"), std::string::npos);
  EXPECT_EQ(FromTimestamp(after.cancel_time()), FromTimestamp(CancelOfOther()));
  EXPECT_FALSE(after.has_complete_time());
}

TEST(MachineTest, SilentRunnerIsNamedWithItsLastSignOfLife) {
  pb::Job job = JobIn(pb::Job::RUNNING);
  pb::Job after = *Apply({job, kMine}, event::HeartbeatTimeout{absl::Seconds(15)}, kNow)->job;
  EXPECT_EQ(after.error().message(), "canceled");
  EXPECT_EQ(after.blocked().runner_id(), "R");
  EXPECT_EQ(FromTimestamp(after.blocked().since()), kNow - absl::Seconds(15));
  EXPECT_NE(after.blocked().message().find("runner R was lost"), std::string::npos);
  EXPECT_NE(after.blocked().message().find("for 15s"), std::string::npos);
}

TEST(MachineTest, ExpiredJobKeepsWhatItWaitedFor) {
  pb::Job job = JobIn(pb::Job::QUEUED);
  pb::Job::Blocked why;
  why.set_message("no runner online");
  pb::Job after = *Apply({job, 0}, event::Expire{why}, kNow)->job;
  EXPECT_EQ(after.error().message(), "canceled");
  EXPECT_EQ(after.blocked().message(), "no runner online");
}

TEST(MachineTest, FailureOfTheOnDemandRunnerIsTheJobsError) {
  pb::Job job = JobIn(pb::Job::QUEUED);
  pb::Job::Blocked why;
  why.set_kind(pb::Job::Blocked::ON_DEMAND_FAILED);
  why.set_message("no such image");
  pb::Job after = *Apply({job, 0}, event::OnDemandFailed{why}, kNow)->job;
  EXPECT_EQ(after.error().code(), static_cast<int>(absl::StatusCode::kAborted));
  EXPECT_EQ(after.error().message(), "no such image");
  EXPECT_FALSE(after.has_cancel_time());
}

TEST(MachineTest, ReplacementIsNamed) {
  pb::Job job = JobIn(pb::Job::QUEUED);
  pb::Job after = *Apply({job, 0}, event::Replaced{"N"}, kNow)->job;
  EXPECT_EQ(after.error().message(), "replaced by job N");
  EXPECT_FALSE(after.has_cancel_time());
}

TEST(MachineTest, EnqueueClearsWhatTheServerOwns) {
  pb::Job job = JobIn(pb::Job::SUCCESS);
  *job.mutable_cancel_time() = CancelOfOther();
  job.mutable_result();
  job.mutable_data_source_ref();
  job.set_singleton_id("kept");
  Enqueue(job, kNow);
  pb::Job want;
  want.set_id("J");
  want.set_singleton_id("kept");
  want.set_state(pb::Job::QUEUED);
  *want.mutable_queue_time() = ToTimestamp(kNow);
  EXPECT_EQ(job.DebugString(), want.DebugString());
}

TEST(MachineTest, TimestampsKeepNanosecondsAlsoBefore1970) {
  for (int64_t nanos : {0LL, 1LL, 1'700'000'000'123'456'789LL, -1LL, -1'500'000'000LL}) {
    absl::Time time = absl::FromUnixNanos(nanos);
    EXPECT_EQ(FromTimestamp(ToTimestamp(time)), time);
    EXPECT_GE(ToTimestamp(time).nanos(), 0);
  }
}

}  // namespace
}  // namespace waypoint::jobs
