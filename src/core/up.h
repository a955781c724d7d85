// Build, deploy and release in one go (core-and-plugins.md A9 Up).
//
// Threads: one.
// Errors:  of the stage that failed; what came before stays.
#pragma once

#include "absl/status/statusor.h"
#include "core/app.h"

namespace waypoint::core {

absl::StatusOr<pb::Job::Result> Up(const App& app, const pb::Job::UpOp& op);

}  // namespace waypoint::core
