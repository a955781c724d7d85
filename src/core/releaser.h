// What releases an app: its `release` stage, else the platform's default releaser, else nothing
// (core-and-plugins.md A9 Release).
//
// Owns:    the components behind it.
// Threads: one.
// Errors:  of configuration. Absent stages are no error.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "core/app.h"

namespace waypoint::core {

struct Releaser {
  ActiveComponent active;                               // of the stage that was found, hooks and labels included
  std::unique_ptr<plugin::Component> default_releaser;  // made by the platform in `active`
  bool from_platform = false;

  // Null: nothing to call.
  plugin::Component* get() const { return from_platform ? default_releaser.get() : active.component.get(); }
};

absl::StatusOr<Releaser> OpenReleaser(const App& app, config::EvalVariables variables,
                                      const sdk::Args::DeploymentConfig& entrypoint);

}  // namespace waypoint::core
