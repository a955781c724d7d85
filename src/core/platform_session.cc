#include "core/platform_session.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "core/build.h"
#include "core/deploy.h"

namespace waypoint::core {
namespace {

absl::Status Session(const App& app, const pb::Deployment& deployment, plugin::Probe probe, absl::string_view what) {
  config::EvalVariables variables;
  absl::StatusOr<pb::PushedArtifact> artifact = FetchArtifact(app, deployment.artifact_id());
  if (!artifact.ok() && !absl::IsNotFound(artifact.status())) return artifact.status();
  if (artifact.ok()) AddTemplateData("artifact", artifact->template_data(), &variables);
  ASSIGN_OR_RETURN(sdk::Args::DeploymentConfig entrypoint, FetchDeploymentConfig(app));
  entrypoint.set_id(deployment.id());
  variables["entrypoint"] = config::EntrypointVariable(EntrypointEnvironment(entrypoint));
  ASSIGN_OR_RETURN(ActiveComponent platform, app.MakeComponent(config::StageKind::kDeploy, variables));
  ASSIGN_OR_RETURN(bool has, platform.component->Has(probe));
  if (!has) return absl::OkStatus();
  return absl::UnimplementedError(absl::StrCat("platform \"", platform.info.name(), "\" has ", what,
                                               " of its own, which this runner does not pass on; use an app with the ",
                                               "Waypoint entrypoint"));
}

}  // namespace

absl::Status ExecByPlatform(const App& app, const pb::Job::ExecOp& op) {
  return Session(app, op.deployment(), plugin::Probe::kExecer, "exec");
}

absl::Status LogsByPlatform(const App& app, const pb::Job::LogsOp& op) {
  return Session(app, op.deployment(), plugin::Probe::kLogPlatform, "logs");
}

}  // namespace waypoint::core
