#include "core/config_sync.h"

#include <utility>

#include "base/status.h"
#include "waypoint/config.pb.h"
#include "waypoint/pipeline.pb.h"
#include "waypoint/project.pb.h"

namespace waypoint::core {
namespace {

absl::Status SetProjectSignal(const Project& project, const std::string& signal) {
  pb::GetProjectRequest get;
  get.mutable_project()->set_project(project.name());
  ASSIGN_OR_RETURN(auto current, project.Invoke<pb::GetProjectResponse>("GetProject", get));
  pb::UpsertProjectRequest upsert;
  *upsert.mutable_project() = std::move(*current.mutable_project());
  upsert.mutable_project()->set_file_change_signal(signal);
  return project.Invoke<pb::UpsertProjectResponse>("UpsertProject", upsert).status();
}

absl::Status SetAppSignal(const App& app, const std::string& signal) {
  pb::UpsertApplicationRequest upsert;
  upsert.mutable_project()->set_project(app.project().name());
  upsert.set_name(app.name());
  upsert.set_file_change_signal(signal);
  return app.project().Invoke<pb::UpsertApplicationResponse>("UpsertApplication", upsert).status();
}

}  // namespace

absl::Status SyncAppConfig(const App& app) {
  ASSIGN_OR_RETURN(config::ConfigVars of_project, app.project().config().ProjectConfig());
  ASSIGN_OR_RETURN(config::ConfigVars of_app, app.config().Config());
  pb::ConfigSetRequest set;
  for (const auto* vars : {&of_project, &of_app}) {
    for (const pb::ConfigVar& variable : vars->variables) *set.add_variables() = variable;
    for (const std::string& warning : vars->warnings) app.project().ui().Warning(warning);
  }
  if (set.variables().empty()) return absl::OkStatus();
  RETURN_IF_ERROR(Annotate(app.project().Invoke<pb::ConfigSetResponse>("SetConfig", set).status(), "sync of config"));
  if (of_project.present) RETURN_IF_ERROR(SetProjectSignal(app.project(), of_project.file_change_signal));
  if (of_app.present) RETURN_IF_ERROR(SetAppSignal(app, of_app.file_change_signal));
  return absl::OkStatus();
}

absl::StatusOr<pb::Job::PipelineConfigSyncResult> SyncConfig(const Project& project) {
  for (const std::string& name : project.config().app_names()) {
    ASSIGN_OR_RETURN(std::unique_ptr<App> app, project.OpenApp(name));
    RETURN_IF_ERROR(SyncAppConfig(*app));
  }
  pb::Job::PipelineConfigSyncResult result;
  ASSIGN_OR_RETURN(config::PipelineSet set, project.config().Pipelines());
  for (const pb::Pipeline& pipeline : set.pipelines) {
    pb::UpsertPipelineRequest upsert;
    *upsert.mutable_pipeline() = pipeline;
    ASSIGN_OR_RETURN(auto response, project.Invoke<pb::UpsertPipelineResponse>("UpsertPipeline", upsert));
    auto* owner = (*result.mutable_synced_pipelines())[pipeline.name()].mutable_owner();
    owner->mutable_project()->set_project(project.name());
    owner->set_pipeline_name(response.pipeline().name());
  }
  return result;
}

}  // namespace waypoint::core
