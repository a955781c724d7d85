// Release a deployment and prune what it replaces (core-and-plugins.md A9).
//
// Threads: one.
// Errors:  FailedPrecondition: nothing was deployed yet. Otherwise those of the components.
#pragma once

#include "absl/status/statusor.h"
#include "core/app.h"

namespace waypoint::core {

absl::StatusOr<pb::Job::ReleaseResult> ReleaseAndPrune(const App& app, const pb::Job::ReleaseOp& op);

}  // namespace waypoint::core
