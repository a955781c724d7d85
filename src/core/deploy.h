// Deploy an artifact (core-and-plugins.md A9).
//
// Threads: one.
// Errors:  of the component; the record tells the same.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "core/app.h"

namespace waypoint::core {

// The deployment as the server knows it afterwards.
absl::StatusOr<pb::Deployment> Deploy(const App& app, const pb::PushedArtifact& artifact);
// The job's operation: artifact or the latest one, deploy, status report.
absl::StatusOr<pb::Job::DeployResult> DeployAndReport(const App& app, const pb::Job::DeployOp& op);

// What an app's entrypoint gets to know, as arguments for the component and as `entrypoint.env`.
absl::StatusOr<sdk::Args::DeploymentConfig> FetchDeploymentConfig(const App& app);
config::Labels EntrypointEnvironment(const sdk::Args::DeploymentConfig& config);

// NotFound from the server.
absl::StatusOr<pb::PushedArtifact> FetchArtifact(const App& app, const std::string& id);
absl::StatusOr<pb::Deployment> FetchDeployment(const App& app, const std::string& id,
                                               pb::Deployment::LoadDetails details);

// Declared resources of a component's answer, as records keep them.
void CopyDeclared(const sdk::DeclaredResources& from, google::protobuf::RepeatedPtrField<pb::DeclaredResource>* to);

}  // namespace waypoint::core
