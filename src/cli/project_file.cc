#include "cli/project_file.h"

#include "base/status.h"
#include "config/config.h"

namespace waypoint::cli {

namespace pb = ::hashicorp::waypoint;

std::string FindProjectFile(const std::string& folder) {
  return config::Config::Find(folder, /*search_parents=*/true).value_or("");
}

absl::StatusOr<ProjectFile> LoadProjectFile(const std::string& path, const std::string& workspace) {
  config::LoadOptions options;
  options.workspace = workspace;
  ASSIGN_OR_RETURN(const std::unique_ptr<config::Config> config, config::Config::LoadFile(path, options));
  RETURN_IF_ERROR(config->Validate());
  ProjectFile file;
  file.path = path;
  file.apps = config->app_names();
  ASSIGN_OR_RETURN(const config::RunnerSettings runner, config->Runner());
  file.project.set_name(config->project());
  file.project.set_remote_enabled(runner.enabled);
  if (runner.data_source) *file.project.mutable_data_source() = *runner.data_source;
  if (runner.poll) *file.project.mutable_data_source_poll() = *runner.poll;
  file.runner_profile = runner.profile;
  for (const std::string& name : file.apps) {
    ASSIGN_OR_RETURN(const config::App app, config->GetApp(name));
    file.app_runner_profiles[name] = app.runner_profile();
  }
  if (config->HasPipelines()) {
    ASSIGN_OR_RETURN(const config::PipelineSet pipelines, config->Pipelines());
    file.pipelines = pipelines.names;
  }
  return file;
}

}  // namespace waypoint::cli
