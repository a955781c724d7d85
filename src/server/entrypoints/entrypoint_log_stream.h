// One EntrypointLogStream: lines of an instance on their way into its buffer (logs-exec-entrypoint.md 3).
//
// Threads: the loop.
// Errors:  NotFound when the first batch names an instance that is not connected.
#pragma once

#include <memory>
#include <string>

#include "google/protobuf/empty.pb.h"
#include "server/entrypoints/entrypoint_config_stream.h"
#include "server/handler.h"

namespace waypoint::entrypoints {

class EntrypointLogStream : public server::Session<pb::EntrypointLogBatch, google::protobuf::Empty> {
 public:
  EntrypointLogStream(Room& room, server::Outbox<google::protobuf::Empty> outbox) : Session(outbox), room_(room) {}

  void OnMessage(pb::EntrypointLogBatch batch) override;
  void OnHalfClose() override;

 private:
  std::shared_ptr<InstanceLog> FindLog() const;

  Room& room_;
  std::string instance_id_;  // of the first batch; later ones are ignored
};

}  // namespace waypoint::entrypoints
