// Take down deployments and releases (core-and-plugins.md A9).
//
// Threads: one.
// Errors:  of the component. Records are marked destroyed before it runs and stay so.
#pragma once

#include "absl/status/status.h"
#include "core/app.h"

namespace waypoint::core {

// Rendered with the deployment's own artifact.
absl::Status DestroyDeployment(const App& app, const pb::Deployment& deployment);
absl::Status DestroyRelease(const App& app, const pb::Release& release);
// All releases, all deployments, then what the components keep for the whole workspace.
absl::Status DestroyWorkspace(const App& app);
absl::Status Destroy(const App& app, const pb::Job::DestroyOp& op);

}  // namespace waypoint::core
