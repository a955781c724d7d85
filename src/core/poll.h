// Looks whether a project's source has something new and queues what follows from it (jobs-and-runners.md 14).
//
// Threads: one.
// Errors:  of the data source or the server.
#pragma once

#include "absl/status/statusor.h"
#include "core/project.h"

namespace waypoint::core {

absl::StatusOr<pb::Job::PollResult> Poll(const JobEnvironment& environment, const pb::Job& job);

}  // namespace waypoint::core
