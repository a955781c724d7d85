// Tasks: something started by a task launcher, watched, stopped; on-demand runners are tasks
// (core-and-plugins.md A9, jobs-and-runners.md 9).
//
// Threads: one.
// Errors:  FailedPrecondition: the start job has not ended, or is no start job. A start job that left nothing is no
//          error: there is nothing to watch or stop.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/project.h"

namespace waypoint::core {

absl::StatusOr<pb::Job::StartTaskResult> StartTask(const JobEnvironment& environment,
                                                   const pb::Job::StartTaskLaunchOp& op);
absl::StatusOr<pb::Job::WatchTaskResult> WatchTask(const JobEnvironment& environment, const pb::Job::WatchTaskOp& op);
absl::Status StopTask(const JobEnvironment& environment, const pb::Job::StopTaskLaunchOp& op);

}  // namespace waypoint::core
