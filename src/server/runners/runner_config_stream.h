// One RunnerConfig stream: while it is open the runner is registered and online, and gets its configuration
// (jobs-and-runners.md 10.4).
//
// Owns:    the registration.
// Threads: the loop.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "auth/identity.h"
#include "server/handler.h"
#include "server/jobs/engine.h"
#include "waypoint/runner.pb.h"

namespace waypoint::runners {

namespace pb = ::hashicorp::waypoint;

class RunnerConfigStream : public server::Session<pb::RunnerConfigRequest, pb::RunnerConfigResponse> {
 public:
  using Response = pb::RunnerConfigResponse;

  RunnerConfigStream(jobs::Engine& engine, auth::Identity identity, server::Outbox<Response> outbox)
      : Session(outbox), engine_(engine), identity_(std::move(identity)) {}
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
  const auth::Identity identity_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  bool opened_ = false;
  pb::Runner runner_;
  std::optional<pb::Job> job_;
  uint64_t registration_ = 0;
  state::Store::WatchId watch_ = 0;
};

}  // namespace waypoint::runners
