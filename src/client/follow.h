// Follows one job to its end over GetJobStream (jobs-and-runners.md 8, cli.md 6).
//
// Threads: Follow() blocks its caller. FollowEvents are called from there, except OnWaiting and OnStuck, which come
//          from the clock; never two at once.
// Errors:  the job's own error; Cancelled if the user interrupted; the stream's status when it broke and the server
//          did not come back.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "client/channel.h"
#include "waypoint/job.pb.h"

namespace waypoint::client {

// Where a job runs, as far as the server tells.
struct Place {
  enum class Kind { kUnknown, kLocal, kRemote, kOnDemand };
  Kind kind = Kind::kUnknown;
  std::string runner_id;
  std::string plugin_type;   // kOnDemand
  std::string profile_name;  // kOnDemand
};

class FollowEvents {
 public:
  virtual ~FollowEvents() = default;
  virtual void OnTerminal(const hashicorp::waypoint::GetJobStreamResponse::Terminal::Event& event) = 0;
  virtual void OnAssigned(const Place& place) = 0;
  virtual void OnDownload(const hashicorp::waypoint::Job::DataSource::Ref& ref) = 0;
  virtual void OnWaiting() = 0;     // queued or waiting for 3 s
  virtual void OnStuck() = 0;       // queued for 60 s
  virtual void OnServerLost() = 0;  // and is waited for
  virtual void OnCanceling() = 0;   // the interrupt was passed on to the server
  virtual void OnEnd(bool failed) = 0;
};

struct FollowOptions {
  bool cancel_on_interrupt = false;
  std::stop_token interrupt;         // first Ctrl-C
  std::stop_token second_interrupt;  // gives up waiting for the cancelled job
  std::string local_runner_id;       // to tell "here" from "on another machine"
  CallOptions call;                  // metadata for every call
  // Asked when the stream broke because the server went away. True: a server is back that began anew since, so that it
  // has none of the output that was shown; false: perhaps the same one. An error ends the following. Not given: the
  // server is waited for, for a minute.
  std::function<absl::StatusOr<bool>()> restore;
};

absl::StatusOr<hashicorp::waypoint::Job::Result> FollowJob(Channel& channel, Clock& clock, const std::string& job_id,
                                                           const FollowOptions& options, FollowEvents& events);

}  // namespace waypoint::client
