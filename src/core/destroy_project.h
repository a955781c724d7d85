// Takes a project down: every app in every workspace, its hostnames, then the project itself
// (core-and-plugins.md A9 Others).
//
// Threads: one.
// Errors:  of the step that failed; the project is active again then.
#pragma once

#include "absl/status/statusor.h"
#include "core/project.h"

namespace waypoint::core {

absl::StatusOr<pb::Job::ProjectDestroyResult> DestroyProject(const Project& project,
                                                             const pb::Job::DestroyProjectOp& op);

}  // namespace waypoint::core
