// The server's side of entrypoints and of those who watch them: its streams in one table
// (logs-exec-entrypoint.md 2-7).
//
// Owns:    the instances and exec sessions.
// Threads: the loop.
#pragma once

#include <memory>

#include "server/entrypoints/entrypoint_config_stream.h"
#include "server/entrypoints/entrypoint_log_stream.h"
#include "server/entrypoints/exec_streams.h"
#include "server/entrypoints/list_instances.h"
#include "server/entrypoints/log_stream.h"
#include "server/handler.h"

namespace waypoint::entrypoints {

class EntrypointService {
 public:
  EntrypointService(jobs::Engine& engine, const jobs::JobQueue& queue, const server::OperationIndex* deployments)
      : room_{engine.store(), engine.clock(), engine, queue, deployments, {}, ExecSessions(engine.clock().Now()), {}} {}
  void Register(server::Table& table);

  const Instances& instances() const { return room_.instances; }

 private:
  template <typename Req, typename Res, typename Session>
  std::unique_ptr<server::Session<Req, Res>> Open(const server::Caller& caller, server::Outbox<Res> outbox);

  Room room_;
};

}  // namespace waypoint::entrypoints
