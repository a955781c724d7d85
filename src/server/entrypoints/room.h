// What the sessions of this folder share.
//
// Threads: the loop.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "server/common/operation_index.h"
#include "server/entrypoints/exec_sessions.h"
#include "server/entrypoints/instances.h"
#include "server/jobs/engine.h"
#include "server/jobs/queue.h"
#include "state/store.h"

namespace waypoint::entrypoints {

struct Room {
  state::Store& store;
  Clock& clock;
  jobs::Engine& engine;
  const jobs::JobQueue& queue;
  const server::OperationIndex* deployments = nullptr;  // none: looks at all records
  Instances instances;
  ExecSessions exec;
  // Lines that platforms send by themselves, by lower-case instance id; no instance belongs to them.
  std::map<std::string, std::shared_ptr<InstanceLog>> platform_logs;
};

}  // namespace waypoint::entrypoints
