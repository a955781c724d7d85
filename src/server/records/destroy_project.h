// Takes a project out of the records, with all that belongs to it and nothing else (server-and-state.md 6.4).
#pragma once

#include <string>

#include "server/records/indexes.h"
#include "state/store.h"

namespace waypoint::server {

// Operations of its applications, variables that name it or them, its entries in workspaces (and the workspaces
// that hold nothing else, but never "default"), its triggers and pipelines, and the project itself.
// An unknown project is fine. Jobs, tasks, runs and configuration sources stay.
void DestroyProject(state::Txn& txn, const RecordIndexes& indexes, const std::string& name);

}  // namespace waypoint::server
