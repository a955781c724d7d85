// Asks a platform or releaser how a deployment or release is, and records the answer (core-and-plugins.md A9).
//
// Threads: one.
// Errors:  of the component or the server. Nothing to ask is no error.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "core/app.h"

namespace waypoint::core {

// Nothing: the platform has no status function. An empty report: the app has no such stage.
absl::StatusOr<std::optional<pb::StatusReport>> ReportDeployment(const App& app, const pb::Deployment& deployment);
absl::StatusOr<std::optional<pb::StatusReport>> ReportRelease(const App& app, const pb::Release& release);
absl::StatusOr<pb::Job::StatusReportResult> ReportStatus(const App& app, const pb::Job::StatusReportOp& op);

}  // namespace waypoint::core
