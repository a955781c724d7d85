// One ListInstances call, which may wait for the first instance of a deployment (logs-exec-entrypoint.md 2).
//
// Threads: the loop.
// Errors:  FailedPrecondition without a scope or with a bad time-out; Internal when nobody came in time.
#pragma once

#include <memory>
#include <string>

#include "server/entrypoints/room.h"
#include "server/handler.h"
#include "waypoint/operation.pb.h"

namespace waypoint::entrypoints {

class ListInstancesCall : public server::Session<pb::ListInstancesRequest, pb::ListInstancesResponse> {
 public:
  ListInstancesCall(Room& room, server::Outbox<pb::ListInstancesResponse> outbox) : Session(outbox), room_(room) {}
  ~ListInstancesCall() override { Stop(); }

  void OnMessage(pb::ListInstancesRequest request) override;
  void OnClosed(absl::Status why) override { Stop(); }

 private:
  void WaitForOne(absl::Duration timeout);
  void Answer(const std::vector<const Instance*>& instances);
  void Stop();

  Room& room_;
  std::string deployment_id_;
  Instances::Listener listener_ = 0;
  Clock::TimerId timer_ = 0;
};

}  // namespace waypoint::entrypoints
