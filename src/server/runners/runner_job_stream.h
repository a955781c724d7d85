// One RunnerJobStream: a runner asks for one job, holds it under a lease, reports, and is done
// (jobs-and-runners.md 7).
//
// Owns:    its place in the fleet, and through it at most one lease.
// Threads: the loop.
// Errors:  see the spec's steps; a report under a lease that another stream took over is refused.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/identity.h"
#include "server/handler.h"
#include "server/jobs/engine.h"
#include "waypoint/runner.pb.h"

namespace waypoint::runners {

namespace pb = ::hashicorp::waypoint;

class RunnerJobStream : public server::Session<pb::RunnerJobStreamRequest, pb::RunnerJobStreamResponse>,
                        public jobs::Worker {
 public:
  using Request = pb::RunnerJobStreamRequest;
  using Response = pb::RunnerJobStreamResponse;

  RunnerJobStream(jobs::Engine& engine, auth::Identity identity, server::Outbox<Response> outbox)
      : Session(outbox), engine_(engine), identity_(std::move(identity)) {}
  ~RunnerJobStream() override { Leave(); }

  void OnMessage(Request message) override;
  void OnHalfClose() override;
  void OnClosed(absl::Status why) override { Leave(); }
  std::optional<Response> Next() override;
  bool WantsMessage() override { return phase_ != Phase::kOver && early_.size() < kMaxEarly; }

  void Assigned(const pb::Job& job, uint64_t lease, const std::vector<pb::ConfigSource>& sources) override;
  void Cancelled(const pb::Job& job) override;
  void Evicted(absl::Status why) override { End(std::move(why)); }

 private:
  static constexpr size_t kMaxEarly = 16;
  enum class Phase { kStart, kAsking, kUnacked, kRunning, kOver };

  void Start(const Request::Request& request);
  void Reattach(const state::View& view, const std::string& job_id);
  void TakeEarly();
  void OnAnswer(const Request& message);
  void OnAck();
  void Refuse(absl::Status why);
  void OnReport(const Request& message);
  void OnDownload(const pb::GetJobStreamResponse::Download& download);
  void Report(jobs::JobEvent event);
  void Store(absl::FunctionRef<absl::Status(jobs::Step&)> change);
  void SendCancel(const pb::Job& job);
  void End(absl::Status status);
  void Leave();

  jobs::Engine& engine_;
  const auth::Identity identity_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  Phase phase_ = Phase::kStart;
  jobs::WorkerId worker_ = 0;
  std::string runner_id_;
  std::string job_id_;
  std::vector<Request> early_;  // said before there was a job: the answer to the assignment, and what follows it
  jobs::Lease lease_ = 0;
  bool reattached_ = false;
  bool ack_counts_ = true;            // the job was WAITING when it was handed over
  std::optional<pb::Job> cancelled_;  // to be said after the ack
};

}  // namespace waypoint::runners
