// Operations that look at every component of an app in turn: logging in, documentation (core-and-plugins.md A9).
//
// Threads: one.
// Errors:  FailedPrecondition: the asked-for component is none of the app's. What a component says about its login is a
//          result, not an error.
#pragma once

#include "absl/status/statusor.h"
#include "core/app.h"

namespace waypoint::core {

absl::StatusOr<pb::Job::AuthResult> Authenticate(const App& app, const pb::Job::AuthOp& op);
absl::StatusOr<pb::Job::DocsResult> Document(const App& app);

}  // namespace waypoint::core
