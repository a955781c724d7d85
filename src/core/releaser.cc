#include "core/releaser.h"

#include <utility>

#include "base/status.h"
#include "core/deploy.h"

namespace waypoint::core {

absl::StatusOr<Releaser> OpenReleaser(const App& app, config::EvalVariables variables,
                                      const sdk::Args::DeploymentConfig& entrypoint) {
  Releaser releaser;
  absl::StatusOr<ActiveComponent> stage = app.MakeComponent(config::StageKind::kRelease, variables);
  if (stage.ok()) {
    releaser.active = *std::move(stage);
    return releaser;
  }
  if (!absl::IsUnimplemented(stage.status())) return stage.status();

  variables["entrypoint"] = config::EntrypointVariable(EntrypointEnvironment(entrypoint));
  absl::StatusOr<ActiveComponent> platform = app.MakeComponent(config::StageKind::kDeploy, variables);
  if (absl::IsUnimplemented(platform.status())) return releaser;
  if (!platform.ok()) return platform.status();
  absl::StatusOr<std::unique_ptr<plugin::Component>> made = platform->component->DefaultReleaser();
  if (absl::IsUnimplemented(made.status())) made = std::unique_ptr<plugin::Component>();
  if (!made.ok()) return made.status();
  releaser.from_platform = true;
  releaser.active = *std::move(platform);
  releaser.default_releaser = *std::move(made);
  return releaser;
}

}  // namespace waypoint::core
