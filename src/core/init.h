// Operations on the project as a whole: make its apps known, queue a job for each (core-and-plugins.md A9).
//
// Threads: one.
// Errors:  of the server; the first failure ends it.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/project.h"

namespace waypoint::core {

absl::Status Init(const Project& project);
absl::StatusOr<pb::Job::QueueProjectResult> QueueProject(const Project& project, const pb::Job::QueueProjectOp& op);

}  // namespace waypoint::core
