// The registry of runners: its RPCs and streams (jobs-and-runners.md 7, 10).
//
// Threads: the loop.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "google/protobuf/empty.pb.h"
#include "server/handler.h"
#include "server/jobs/engine.h"
#include "server/runners/runner_config_stream.h"
#include "waypoint/runner.pb.h"
#include "waypoint/token.pb.h"

namespace waypoint::runners {

// Signs a token body inside a transaction.
using Mint = std::function<absl::StatusOr<std::string>(state::Txn&, pb::Token)>;

class RunnerService {
 public:
  // Without `mint` adoption cannot hand out tokens.
  RunnerService(jobs::Engine& engine, Mint mint) : engine_(engine), mint_(std::move(mint)) {}
  void Register(server::Table& table);

  void Get(const server::Caller& caller, const pb::GetRunnerRequest& request, server::Reply<pb::Runner> reply);
  void List(const server::Caller& caller, const pb::ListRunnersRequest& request,
            server::Reply<pb::ListRunnersResponse> reply);
  void Adopt(const server::Caller& caller, const pb::AdoptRunnerRequest& request,
             server::Reply<google::protobuf::Empty> reply);
  void Forget(const server::Caller& caller, const pb::ForgetRunnerRequest& request,
              server::Reply<google::protobuf::Empty> reply);

  std::unique_ptr<server::Session<pb::RunnerJobStreamRequest, pb::RunnerJobStreamResponse>> OpenJobs(
      const server::Caller& caller, server::Outbox<pb::RunnerJobStreamResponse> outbox);
  std::unique_ptr<server::Session<pb::RunnerConfigRequest, pb::RunnerConfigResponse>> OpenConfig(
      const server::Caller& caller, server::Outbox<pb::RunnerConfigResponse> outbox);
  std::unique_ptr<server::Session<pb::RunnerTokenRequest, pb::RunnerTokenResponse>> OpenToken(
      const server::Caller& caller, server::Outbox<pb::RunnerTokenResponse> outbox);

 private:
  jobs::Engine& engine_;
  const Mint mint_;
};

}  // namespace waypoint::runners
