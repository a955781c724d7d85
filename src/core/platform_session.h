// Exec and logs that the platform itself offers, instead of the entrypoint (core-and-plugins.md A9 Exec).
//
// Threads: one.
// Errors:  of the component's logs. A command that fails is no error of the job: its code goes to the client.
//          A platform that offers neither is no error: there is nothing to do.
#pragma once

#include "absl/status/status.h"
#include "core/app.h"

namespace waypoint::core {

absl::Status ExecByPlatform(const App& app, const pb::Job::ExecOp& op);
absl::Status LogsByPlatform(const App& app, const pb::Job::LogsOp& op);

}  // namespace waypoint::core
