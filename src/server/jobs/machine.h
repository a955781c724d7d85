// What an event makes of a job: the table of jobs-and-runners.md 2, row for row, as one pure function.
//
// Owns:    nothing; no lock, clock or I/O.
// Units:   a lease is the number under which one stream holds one assignment; 0 is none.
// Errors:  FailedPrecondition when the event does not fit the state, or comes from a stream that does not
//          (or no longer) hold the job. A job that the server ends by itself says in `blocked` why. The app lock is not
//          here: it is a function of the record (job_index.h).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/rpc/status.pb.h"
#include "waypoint/record.pb.h"

namespace waypoint::jobs {

namespace pb = ::hashicorp::waypoint;

using Lease = uint64_t;

struct JobView {
  const pb::Job& job;
  Lease lease = 0;  // which stream holds the job now
};

namespace event {
struct Assign {
  std::string runner_id;
};
struct Ack {
  Lease lease;
};
struct Nack {  // refused, or the stream failed before an ack
  Lease lease;
};
struct Complete {
  Lease lease;
  pb::Job::Result result;
};
struct Fail {
  Lease lease;
  google::rpc::Status error;
};
struct Heartbeat {
  Lease lease;
};
struct Cancel {
  bool force = false;
};
struct Expire {
  std::optional<pb::Job::Blocked> why;  // what it waited for, if it is queued
};
struct AckTimeout {};
struct HeartbeatTimeout {
  absl::Duration silence;  // since the last sign of life
};
// The on-demand runner that was made for the job ended before it took it.
struct OnDemandFailed {
  pb::Job::Blocked why;
};
struct DependencyFailed {
  std::string id;
  std::string message;
  std::optional<google::protobuf::Timestamp> cancel_time;
};
struct Replaced {
  std::string by_id;
};
}  // namespace event

using JobEvent = std::variant<event::Assign, event::Ack, event::Nack, event::Complete, event::Fail, event::Heartbeat,
                              event::Cancel, event::Expire, event::AckTimeout, event::HeartbeatTimeout,
                              event::OnDemandFailed, event::DependencyFailed, event::Replaced>;

struct Change {
  enum class Timer { kKeep, kStop, kAck, kHeartbeat };
  // What the runner itself said; tasks and pipeline runs follow this only, not what the server decides.
  enum class Report { kNone, kAcked, kSucceeded, kFailed };

  std::shared_ptr<pb::Job> job;  // the new record; none: nothing is written
  Timer timer = Timer::kKeep;
  Report report = Report::kNone;
  bool make_output = false;
  bool lease_ends = false;
  bool errored = false;  // dependents follow
};

absl::StatusOr<Change> Apply(const JobView& view, const JobEvent& event, absl::Time now);

// A new job enters QUEUED: server-owned fields that a client sent along are cleared.
void Enqueue(pb::Job& job, absl::Time now);

bool IsTerminal(pb::Job::State state);
google::protobuf::Timestamp ToTimestamp(absl::Time time);
absl::Time FromTimestamp(const google::protobuf::Timestamp& timestamp);

}  // namespace waypoint::jobs
