// Platform: runs an artifact as a process wrapped in waypoint-entrypoint, one folder a deployment.
#pragma once

#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "builtin/process/deployments.h"
#include "builtin/process/plugin.h"
#include "builtin/process/settings.h"
#include "plugin/native.h"

namespace waypoint::builtin::process {

// Outside the class: clang finds no default constructor of nested ones inside an optional.
struct PlatformHealth {
  std::string http;
  bool tcp = false;
  bool disabled = false;
  std::string interval, timeout;
  uint32_t retries = 0;
};
struct PlatformConfig {
  Words command;
  std::map<std::string, std::string> env;
  std::string stop_signal, stop_timeout;
  std::optional<PlatformHealth> health;
};

class Platform {
 public:
  using Health = PlatformHealth;
  using Config = PlatformConfig;
  explicit Platform(Options options) : options_(std::move(options)), deployments_(options_.layout) {}

  absl::Status Validate();
  absl::StatusOr<plugin::Outcome<pb::Deployment>> Deploy(plugin::Ui& ui, const plugin::sdk::Args::JobInfo& job,
                                                         const plugin::sdk::Args::DeploymentConfig& entrypoint,
                                                         const pb::Artifact& artifact, std::stop_token stop);
  absl::StatusOr<plugin::sdk::Destroy::Resp> Destroy(plugin::Ui& ui, const plugin::sdk::Args::JobInfo& job,
                                                     const pb::Deployment& deployment);
  absl::Status DestroyWorkspace(plugin::Ui& ui, const plugin::sdk::Args::JobInfo& job);
  absl::StatusOr<plugin::sdk::StatusReport> Status(plugin::Ui& ui, const pb::Deployment& deployment);

  Config config;
  const Options& options() const { return options_; }

 private:
  absl::StatusOr<LaunchSpec> Spec() const;
  Options options_;
  Deployments deployments_;
};

plugin::NativeType PlatformType(const Options& options);

}  // namespace waypoint::builtin::process
