#include "server/entrypoints/deployment_configuration.h"

#include <string>
#include <utility>

#include "server/common/config_resolve.h"
#include "server/common/projects.h"

namespace waypoint::entrypoints {
namespace {

// The application's own, else the project's.
std::string FileChangeSignal(const state::View& view, const pb::Ref::Application& ref) {
  const auto project = server::FindProject(view, ref.project());
  if (!project.ok()) return "";
  const pb::Application* application = server::FindApplication(**project, ref.application());
  const bool own = application != nullptr && !application->file_change_signal().empty();
  return own ? application->file_change_signal() : (*project)->file_change_signal();
}

bool AnyDynamic(const pb::EntrypointConfig& config) {
  for (const pb::ConfigVar& variable : config.env_vars()) {
    if (variable.has_dynamic()) return true;
  }
  return false;
}

}  // namespace

pb::EntrypointConfig ConfigurationOf(const state::View& view, const pb::Deployment& deployment) {
  const pb::Ref::Application& application = deployment.application();
  server::ConfigScope scope;
  scope.project = application.project();
  scope.application = application.application();
  scope.workspace = deployment.workspace().workspace();
  scope.labels.insert(deployment.labels().begin(), deployment.labels().end());
  pb::EntrypointConfig config;
  for (pb::ConfigVar& variable : server::ResolveConfig(view, scope)) *config.add_env_vars() = std::move(variable);
  config.set_file_change_signal(FileChangeSignal(view, application));
  if (!AnyDynamic(config)) return config;
  server::SourceScope sources;
  sources.project = scope.project;
  sources.application = scope.application;
  sources.workspace = scope.workspace;
  for (pb::ConfigSource& source : server::ResolveSources(view, sources)) {
    *config.add_config_sources() = std::move(source);
  }
  return config;
}

}  // namespace waypoint::entrypoints
