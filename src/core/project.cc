#include "core/project.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/files.h"
#include "base/status.h"
#include "core/app.h"

namespace waypoint::core {

absl::StatusOr<std::unique_ptr<Project>> Project::Open(JobEnvironment environment, const config::Config* config,
                                                       std::string workspace, config::Labels override_labels,
                                                       std::string data_dir) {
  std::unique_ptr<Project> project(new Project());
  project->environment_ = std::move(environment);
  project->config_ = config;
  project->workspace_ = std::move(workspace);
  project->override_labels_ = std::move(override_labels);
  project->data_dir_ = std::move(data_dir);
  RETURN_IF_ERROR(config::ValidateLabels(project->override_labels_));
  ASSIGN_OR_RETURN(project->labels_, config->labels());
  RETURN_IF_ERROR(MakeFolders(JoinPath(project->data_dir_, "cache")));
  RETURN_IF_ERROR(MakeFolders(JoinPath(project->data_dir_, "data")));
  RETURN_IF_ERROR(project->FindPlugins());
  return project;
}

absl::Status Project::FindPlugins() {
  ASSIGN_OR_RETURN(std::vector<config::PluginUse> uses, config_->Plugins());
  std::vector<std::string> problems;
  for (const config::PluginUse& use : uses) {
    absl::StatusOr<std::shared_ptr<const plugin::Plugin>> found = environment_.plugins->Find(use.name);
    if (found.ok()) {
      mapper_plugins_.push_back(*std::move(found));
    } else {
      problems.emplace_back(found.status().message());
    }
  }
  if (problems.empty()) return absl::OkStatus();
  return absl::NotFoundError(absl::StrJoin(problems, "\n"));
}

absl::StatusOr<std::unique_ptr<App>> Project::OpenApp(const std::string& name) const {
  ASSIGN_OR_RETURN(config::App config, config_->GetApp(name));
  return App::Open(*this, std::move(config));
}

}  // namespace waypoint::core
