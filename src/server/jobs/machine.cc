#include "server/jobs/machine.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "state/arena_record.h"

namespace waypoint::jobs {
namespace {

using Timer = Change::Timer;
using Report = Change::Report;

google::rpc::Status CanceledError(std::string text) {
  google::rpc::Status error;
  error.set_code(static_cast<int>(absl::StatusCode::kCancelled));
  error.set_message(std::move(text));
  return error;
}

absl::Status WrongState(const pb::Job& job, absl::string_view what, absl::string_view wanted) {
  return absl::FailedPreconditionError(absl::StrCat("job ", job.id(), " cannot be ", what, ": it is ",
                                                    pb::Job::State_Name(job.state()), ", not ", wanted));
}

absl::Status NotYours(const pb::Job& job, absl::string_view what) {
  return absl::FailedPreconditionError(
      absl::StrCat("job ", job.id(), " cannot be ", what, " by this stream: it is assigned to another one"));
}

class Transition {
 public:
  Transition(const JobView& view, absl::Time now) : view_(view), now_(now) {}

  absl::StatusOr<Change> operator()(const event::Assign& e) const {
    if (!Is(pb::Job::QUEUED)) return WrongState(view_.job, "assigned", "QUEUED");
    Change change = To(pb::Job::WAITING);
    *change.job->mutable_assign_time() = ToTimestamp(now_);
    change.job->mutable_assigned_runner()->set_id(e.runner_id);
    change.timer = Timer::kAck;
    return change;
  }

  absl::StatusOr<Change> operator()(const event::Ack& e) const {
    if (!Is(pb::Job::WAITING)) return WrongState(view_.job, "acknowledged", "WAITING");
    if (e.lease != view_.lease) return NotYours(view_.job, "acknowledged");
    Change change = To(pb::Job::RUNNING);
    *change.job->mutable_ack_time() = ToTimestamp(now_);
    change.timer = Timer::kHeartbeat;
    change.make_output = true;
    change.report = Report::kAcked;
    return change;
  }

  absl::StatusOr<Change> operator()(const event::Nack& e) const {
    if (!Is(pb::Job::WAITING)) return WrongState(view_.job, "refused", "WAITING");
    if (e.lease != view_.lease) return NotYours(view_.job, "refused");
    return Requeue();
  }

  absl::StatusOr<Change> operator()(const event::AckTimeout&) const {
    if (!Is(pb::Job::WAITING)) return Change();
    return Requeue();
  }

  absl::StatusOr<Change> operator()(const event::Complete& e) const {
    if (!Is(pb::Job::RUNNING)) return WrongState(view_.job, "completed", "RUNNING");
    if (e.lease != view_.lease) return NotYours(view_.job, "completed");
    Change change = Finish(pb::Job::SUCCESS);
    *change.job->mutable_complete_time() = ToTimestamp(now_);
    *change.job->mutable_result() = e.result;
    change.report = Report::kSucceeded;
    return change;
  }

  absl::StatusOr<Change> operator()(const event::Fail& e) const {
    if (!Is(pb::Job::RUNNING)) return WrongState(view_.job, "completed", "RUNNING");
    if (e.lease != view_.lease) return NotYours(view_.job, "completed");
    Change change = Finish(pb::Job::ERROR);
    *change.job->mutable_complete_time() = ToTimestamp(now_);
    *change.job->mutable_error() = e.error;
    // An error without a code is an error all the same.
    if (e.error.code() == 0) change.job->mutable_error()->set_code(static_cast<int>(absl::StatusCode::kUnknown));
    change.job->clear_result();
    change.report = Report::kFailed;
    return change;
  }

  absl::StatusOr<Change> operator()(const event::Heartbeat& e) const {
    Change change;
    if (Is(pb::Job::RUNNING) && e.lease == view_.lease) change.timer = Timer::kHeartbeat;
    return change;
  }

  absl::StatusOr<Change> operator()(const event::Cancel& e) const {
    if (IsTerminal(view_.job.state())) return Change();
    return e.force || Is(pb::Job::QUEUED) ? CancelNow() : CancelGracefully();
  }

  absl::StatusOr<Change> operator()(const event::Expire& e) const {
    if (Is(pb::Job::QUEUED)) return Because(CancelNow(), e.why);
    if (Is(pb::Job::WAITING)) return CancelGracefully();
    return Change();
  }

  absl::StatusOr<Change> operator()(const event::HeartbeatTimeout& e) const {
    if (!Is(pb::Job::RUNNING)) return Change();
    return Because(CancelNow(), RunnerLost(e.silence));
  }

  absl::StatusOr<Change> operator()(const event::OnDemandFailed& e) const {
    if (!Is(pb::Job::QUEUED)) return Change();
    Change change = Because(Finish(pb::Job::ERROR), e.why);
    *change.job->mutable_complete_time() = ToTimestamp(now_);
    change.job->mutable_error()->set_code(static_cast<int>(absl::StatusCode::kAborted));
    change.job->mutable_error()->set_message(e.why.message());
    return change;
  }

  absl::StatusOr<Change> operator()(const event::DependencyFailed& e) const {
    if (!Is(pb::Job::QUEUED)) return Change();
    Change change = Finish(pb::Job::ERROR);
    *change.job->mutable_error() = CanceledError(absl::StrCat("dependency job ", e.id, " failed: ", e.message));
    if (e.cancel_time) *change.job->mutable_cancel_time() = *e.cancel_time;
    return change;
  }

  absl::StatusOr<Change> operator()(const event::Replaced& e) const {
    if (!Is(pb::Job::QUEUED)) return WrongState(view_.job, "replaced", "QUEUED");
    Change change = Finish(pb::Job::ERROR);
    *change.job->mutable_error() = CanceledError(absl::StrCat("replaced by job ", e.by_id));
    change.errored = false;  // dependents merely become free
    return change;
  }

 private:
  bool Is(pb::Job::State state) const { return view_.job.state() == state; }

  Change To(pb::Job::State state) const {
    Change change;
    change.job = state::CopyRecord(view_.job);
    change.job->set_state(state);
    return change;
  }
  Change Finish(pb::Job::State state) const {
    Change change = To(state);
    change.timer = Timer::kStop;
    change.lease_ends = true;
    change.errored = state == pb::Job::ERROR;
    return change;
  }
  Change Requeue() const {
    Change change = To(pb::Job::QUEUED);
    change.job->clear_assign_time();
    change.job->clear_assigned_runner();
    change.timer = Timer::kStop;
    change.lease_ends = true;
    return change;
  }
  Change CancelNow() const {
    Change change = Finish(pb::Job::ERROR);
    *change.job->mutable_cancel_time() = ToTimestamp(now_);
    *change.job->mutable_error() = CanceledError("canceled");
    return change;
  }
  // The wire's error of 0.11 has no room for it.
  static Change Because(Change change, std::optional<pb::Job::Blocked> why) {
    if (why) *change.job->mutable_blocked() = *std::move(why);
    return change;
  }
  pb::Job::Blocked RunnerLost(absl::Duration silence) const {
    const std::string& runner = view_.job.assigned_runner().id();
    pb::Job::Blocked why;
    why.set_runner_id(runner);
    *why.mutable_since() = ToTimestamp(now_ - silence);
    why.set_message(absl::StrCat("runner ", runner, " was lost while it ran the job: nothing was heard of it for ",
                                 absl::FormatDuration(silence),
                                 ". What the job had begun may be half done. See that a runner is online "
                                 "(waypoint runner list), then run the command again."));
    return why;
  }
  Change CancelGracefully() const {
    Change change = To(view_.job.state());
    *change.job->mutable_cancel_time() = ToTimestamp(now_);
    return change;
  }

  const JobView& view_;
  const absl::Time now_;
};

}  // namespace

absl::StatusOr<Change> Apply(const JobView& view, const JobEvent& event, absl::Time now) {
  return std::visit(Transition(view, now), event);
}

void Enqueue(pb::Job& job, absl::Time now) {
  job.set_state(pb::Job::QUEUED);
  *job.mutable_queue_time() = ToTimestamp(now);
  job.clear_assigned_runner();
  job.clear_assign_time();
  job.clear_ack_time();
  job.clear_complete_time();
  job.clear_cancel_time();
  job.clear_error();
  job.clear_result();
  job.clear_data_source_ref();
  job.clear_config();
  job.clear_variable_final_values();
  job.clear_blocked();
}

bool IsTerminal(pb::Job::State state) { return state == pb::Job::ERROR || state == pb::Job::SUCCESS; }

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  absl::Duration rest;
  int64_t seconds = absl::IDivDuration(time - absl::UnixEpoch(), absl::Seconds(1), &rest);
  if (rest < absl::ZeroDuration()) {
    --seconds;
    rest += absl::Seconds(1);
  }
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  return timestamp;
}

absl::Time FromTimestamp(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

}  // namespace waypoint::jobs
