// One RunnerToken call: a runner without a usable token shows the cookie and waits until an operator adopts
// it (jobs-and-runners.md 10.3). While it waits it is registered.
//
// Owns:    the registration.
// Threads: the loop.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "server/handler.h"
#include "server/jobs/engine.h"
#include "waypoint/runner.pb.h"
#include "waypoint/token.pb.h"

namespace waypoint::runners {

namespace pb = ::hashicorp::waypoint;

class AdoptionSession : public server::Session<pb::RunnerTokenRequest, pb::RunnerTokenResponse> {
 public:
  using Response = pb::RunnerTokenResponse;
  using Mint = std::function<absl::StatusOr<std::string>(state::Txn&, pb::Token)>;

  AdoptionSession(jobs::Engine& engine, const Mint& mint, const server::Caller& caller, server::Outbox<Response> outbox)
      : Session(outbox), engine_(engine), mint_(mint), caller_(caller) {}
  ~AdoptionSession() override { Stop(); }

  void OnMessage(pb::RunnerTokenRequest message) override;
  void OnClosed(absl::Status why) override { Stop(); }

 private:
  bool HasUsableToken(const pb::Runner& runner) const;
  void OnRegistered(const pb::Runner& runner);
  void Check();
  void HandOutToken(const pb::Runner& runner);
  void Answer(const std::string& token);
  void Stop();

  jobs::Engine& engine_;
  const Mint& mint_;
  const server::Caller caller_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  bool asked_ = false;
  std::string runner_id_;
  uint64_t registration_ = 0;
  state::Store::WatchId watch_ = 0;
};

}  // namespace waypoint::runners
