// One RunnerConfig stream: while it is open the runner is registered and online, and gets its configuration
// (jobs-and-runners.md 10.4).
//
// Owns:    the registration.
// Threads: the loop.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "auth/identity.h"
#include "server/handler.h"
#include "server/jobs/engine.h"
#include "waypoint/runner.pb.h"

namespace waypoint::runners {

namespace pb = ::hashicorp::waypoint;

// The configuration of a runner; `job` is that of an on-demand runner, else null. (logs-exec-entrypoint.md 9, 10)
using ConfigFor =
    std::function<absl::StatusOr<pb::RunnerConfig>(const state::View&, const pb::Runner&, const pb::Job* job)>;

class RunnerConfigStream : public server::Session<pb::RunnerConfigRequest, pb::RunnerConfigResponse> {
 public:
  using Response = pb::RunnerConfigResponse;

  RunnerConfigStream(jobs::Engine& engine, const ConfigFor& config_for, auth::Identity identity,
                     server::Outbox<Response> outbox)
      : Session(outbox), engine_(engine), config_for_(config_for), identity_(std::move(identity)) {}
  ~RunnerConfigStream() override { Stop(); }

  void OnMessage(pb::RunnerConfigRequest message) override;
  void OnHalfClose() override;
  void OnClosed(absl::Status why) override { Stop(); }

 private:
  absl::Status Open(jobs::Step& step, pb::Runner runner);
  absl::Status ScopeOnDemand(jobs::Step& step);
  void OnRegistered();
  void Refresh();
  void Stop();

  jobs::Engine& engine_;
  const ConfigFor& config_for_;
  const auth::Identity identity_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  bool opened_ = false;
  pb::Runner runner_;
  std::optional<pb::Job> job_;
  uint64_t registration_ = 0;
  state::Store::WatchId watch_ = 0;
};

}  // namespace waypoint::runners
