// From a job's operation to the function of core that does it (jobs-and-runners.md 12).
//
// Threads: the calling thread.
// Errors:  Aborted: an operation this runner does not know.
#pragma once

#include "absl/status/statusor.h"
#include "core/project.h"
#include "waypoint/record.pb.h"

namespace waypoint::runner {

// Polls and tasks run without the project's source.
bool NeedsSource(const ::hashicorp::waypoint::Job& job);

absl::StatusOr<::hashicorp::waypoint::Job::Result> DispatchWithoutSource(const core::JobEnvironment& environment,
                                                                         const ::hashicorp::waypoint::Job& job);
absl::StatusOr<::hashicorp::waypoint::Job::Result> Dispatch(const core::Project& project,
                                                            const ::hashicorp::waypoint::Job& job);

}  // namespace waypoint::runner
