#include "server/runners/runner_configuration.h"

#include <utility>

#include "server/common/config_resolve.h"

namespace waypoint::runners {
namespace {

server::ConfigScope VariableScope(const pb::Runner& runner, const pb::Job* job) {
  server::ConfigScope scope;
  scope.runner_id = runner.id();
  if (job == nullptr) return scope;
  scope.project = job->application().project();
  scope.application = job->application().application();
  scope.workspace = job->workspace().workspace();
  scope.labels.insert(job->labels().begin(), job->labels().end());
  return scope;
}

server::SourceScope SourcesScope(const pb::Job* job) {
  server::SourceScope scope;
  if (job == nullptr) return scope;
  scope.project = job->application().project();
  scope.application = job->application().application();
  scope.workspace = job->workspace().workspace();
  return scope;
}

bool AnyDynamic(const pb::RunnerConfig& config) {
  for (const pb::ConfigVar& variable : config.config_vars()) {
    if (variable.has_dynamic()) return true;
  }
  return false;
}

}  // namespace

pb::RunnerConfig ConfigurationOf(const state::View& view, const pb::Runner& runner, const pb::Job* job) {
  pb::RunnerConfig config;
  for (pb::ConfigVar& variable : server::ResolveConfig(view, VariableScope(runner, job))) {
    *config.add_config_vars() = std::move(variable);
  }
  // A local runner needs the sources for its variables only; others read dynamic defaults with them, too.
  if (runner.has_local() && !AnyDynamic(config)) return config;
  for (pb::ConfigSource& source : server::ResolveSources(view, SourcesScope(job))) {
    *config.add_config_sources() = std::move(source);
  }
  return config;
}

}  // namespace waypoint::runners
