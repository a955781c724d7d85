// One job as the server gives it to us: assignment, ack, output in order, result; survives restarts of the server
// (jobs-and-runners.md 7, runner side).
//
// Owns:    after Accept two threads, one sending and one receiving, and a bounded queue between caller and sender.
//          Destroying it before Finish lets go of the job without a result.
// Threads: Send may come from any thread and blocks while the queue is full; Finish from one.
// Errors:  Accept passes on what ends an accept loop. When the server takes the job away or the stream can't be
//          kept, `stop()` is requested, so the operation ends; Finish tells what became of it.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "client/channel.h"
#include "runner/registration.h"
#include "waypoint/runner.pb.h"

namespace waypoint::runner {

struct JobStreamOptions {
  std::string runner_id;
  std::string expected_job_id;  // empty: any job
  client::CallOptions call;     // metadata
  absl::Duration heartbeat = absl::Seconds(5);
  uint32_t heartbeat_timeout_seconds = 15;
  size_t queue_limit_bytes = 1 << 20;
  absl::Duration registration_patience = absl::Seconds(10);
};

class JobStream {
 public:
  using Request = ::hashicorp::waypoint::RunnerJobStreamRequest;

  // Blocks until the server assigns a job; it still wants an ack. A stop during that gives Cancelled.
  static absl::StatusOr<std::unique_ptr<JobStream>> Accept(client::Channel& channel, Registration& registration,
                                                           const Clock& clock, JobStreamOptions options,
                                                           std::stop_token stop);
  ~JobStream();

  const ::hashicorp::waypoint::RunnerJobStreamResponse::JobAssignment& assignment() const { return assignment_; }
  const ::hashicorp::waypoint::Job& job() const { return assignment_.job(); }
  std::stop_token stop() const { return cancel_.get_token(); }
  void RequestStop() { cancel_.request_stop(); }

  // Takes the job. From here on heartbeats flow. Waits for a server that is away, or for `stop`.
  absl::Status Ack(std::stop_token stop);
  // Gives it back, with a reason.
  void Refuse(const absl::Status& why);

  void Send(Request message);
  // Sends the outcome after everything queued and waits until the server has it.
  absl::Status Finish(const absl::StatusOr<::hashicorp::waypoint::Job::Result>& outcome);

 private:
  JobStream(client::Channel& channel, Registration& registration, const Clock& clock, JobStreamOptions options);

  absl::Status Open(const std::string& reattach);
  absl::Status AcceptOnce();
  absl::Status Reattach();
  absl::Status ReattachOnce();
  bool SendAck();
  absl::StatusOr<bool> ReadOne();
  void ReadLoop();
  void WriteLoop();
  bool NextMessage(Request* message, std::shared_ptr<client::Stream>* stream, uint64_t* attachment);
  void Sent(const Request& message, uint64_t attachment, bool ok);
  void End(absl::Status status);
  void MergeTerminal() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  client::Channel& channel_;
  Registration& registration_;
  const Clock& clock_;
  const JobStreamOptions options_;
  ::hashicorp::waypoint::RunnerJobStreamResponse::JobAssignment assignment_;
  std::stop_source cancel_;   // ends the operation
  std::stop_source abandon_;  // ends the threads
  uint64_t epoch_ = 0;        // registration the open stream belongs to; reading thread after Ack

  absl::Mutex mu_;
  std::shared_ptr<client::Stream> stream_ ABSL_GUARDED_BY(mu_);
  uint64_t attachment_ ABSL_GUARDED_BY(mu_) = 0;  // counts streams that carried this job
  bool attached_ ABSL_GUARDED_BY(mu_) = false;
  bool canceled_ ABSL_GUARDED_BY(mu_) = false;
  bool finishing_ ABSL_GUARDED_BY(mu_) = false;
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status end_ ABSL_GUARDED_BY(mu_);
  absl::Time next_heartbeat_ ABSL_GUARDED_BY(mu_);
  std::deque<Request> queue_ ABSL_GUARDED_BY(mu_);
  size_t queue_bytes_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<Request> kept_ ABSL_GUARDED_BY(mu_);  // sent facts, repeated on a new stream: the old may have lost them
  std::thread reader_, writer_;
};

}  // namespace waypoint::runner
