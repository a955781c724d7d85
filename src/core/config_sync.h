// Sends what waypoint.hcl says about an app's environment and about pipelines to the server (core-and-plugins.md A9).
//
// Threads: one.
// Errors:  of the evaluation or the server.
#pragma once

#include "absl/status/statusor.h"
#include "core/app.h"

namespace waypoint::core {

absl::Status SyncAppConfig(const App& app);
// Every app and every pipeline of the file.
absl::StatusOr<pb::Job::PipelineConfigSyncResult> SyncConfig(const Project& project);

}  // namespace waypoint::core
