// One app of a project: its stages become components, their functions are called with everything the app knows
// (core-and-plugins.md A2-A5).
//
// Owns:    its folders' paths and labels. Components belong to their callers and end with them.
// Threads: one.
// Errors:  Unimplemented from MakeComponent: the stage is absent. A function's own error is passed on.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "config/config.h"
#include "core/project.h"
#include "plugin/component.h"
#include "plugin/resolve.h"

namespace waypoint::core {

// A component of one stage, configured, with what the stage says about it.
struct ActiveComponent {
  std::unique_ptr<plugin::Component> component;  // null: the stage has none
  pb::Component info;
  config::Labels labels;
  std::vector<config::Hook> hooks;
};

class App {
 public:
  static absl::StatusOr<std::unique_ptr<App>> Open(const Project& project, config::App config);

  const Project& project() const { return project_; }
  const config::App& config() const { return config_; }
  const std::string& name() const { return config_.name(); }
  pb::Ref::Application ref() const;
  pb::Ref::Workspace workspace_ref() const;
  const config::Labels& labels() const { return labels_; }

  // `configure` false: only to look at (documentation), the `use` body is not evaluated.
  absl::StatusOr<ActiveComponent> MakeComponent(config::StageKind stage, const config::EvalVariables& variables,
                                                bool configure = true) const;

  // Values every call can ask for; add the function's own.
  absl::StatusOr<plugin::Arguments> CommonArguments(const config::Labels& component_labels) const;

  absl::Status Call(plugin::Component& component, plugin::Function function, const plugin::Arguments& arguments,
                    google::protobuf::Message* response) const;
  absl::Status Call(plugin::Component& component, plugin::Function function, const plugin::Arguments& arguments,
                    const plugin::CallContext& context, google::protobuf::Message* response) const;

 private:
  App(const Project& project, config::App config) : project_(project), config_(std::move(config)) {}
  absl::Status Configure(plugin::Component& component, const config::Stage& stage) const;

  const Project& project_;
  const config::App config_;
  config::Labels labels_;
  std::string cache_dir_, data_dir_;
};

}  // namespace waypoint::core
