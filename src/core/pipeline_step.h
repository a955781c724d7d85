// A pipeline's exec step: a task of its own, whose output becomes this job's (core-and-plugins.md A9 Others).
//
// Threads: one; blocks until the task has ended. A stop cancels it.
// Errors:  when the task can't be queued or followed. A task that fails is a result.
#pragma once

#include "absl/status/statusor.h"
#include "core/project.h"

namespace waypoint::core {

absl::StatusOr<pb::Job::Result> RunPipelineStep(const Project& project, const pb::Job& job);

}  // namespace waypoint::core
