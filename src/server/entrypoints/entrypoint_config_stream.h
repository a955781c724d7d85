// One EntrypointConfig stream: while it is open the instance exists and gets its configuration
// (logs-exec-entrypoint.md 2, 6).
//
// Owns:    the instance's registration.
// Threads: the loop.
// Errors:  the look-up of the deployment keeps its code; Unavailable when its application cannot be read.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "auth/identity.h"
#include "base/clock.h"
#include "server/common/live_query.h"
#include "server/entrypoints/room.h"
#include "server/handler.h"
#include "waypoint/entrypoint.pb.h"

namespace waypoint::entrypoints {

class EntrypointConfigStream : public server::Session<pb::EntrypointConfigRequest, pb::EntrypointConfigResponse> {
 public:
  using Response = pb::EntrypointConfigResponse;

  EntrypointConfigStream(Room& room, const server::Caller& caller, server::Outbox<Response> outbox)
      : Session(outbox), room_(room), identity_(caller.identity) {}
  ~EntrypointConfigStream() override { Stop(); }

  void OnMessage(pb::EntrypointConfigRequest request) override;
  void OnClosed(absl::Status why) override { Stop(); }
  std::optional<Response> Next() override;

 private:
  absl::Status Check(const pb::EntrypointConfigRequest& request) const;
  void OnDeployment(const pb::EntrypointConfigRequest& request);
  void OnExec();
  void Follow();
  absl::Status Build(const state::View& view, pb::EntrypointConfig& config) const;
  void Stop();

  Room& room_;
  const auth::Identity identity_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  bool asked_ = false;
  std::string instance_id_;
  std::shared_ptr<const pb::Deployment> deployment_;  // as read at connect
  uint64_t number_ = 0;
  std::unique_ptr<server::LiveQuery> query_;
  ExecSessions::Listener exec_listener_ = 0;
  absl::Time exec_from_;
  Clock::TimerId exec_timer_ = 0;
  std::shared_ptr<Response> built_;  // by the query
  std::shared_ptr<Response> next_;   // the newest; an older one that was not sent yet is outdated
};

}  // namespace waypoint::entrypoints
