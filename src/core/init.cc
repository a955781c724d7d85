#include "core/init.h"

#include "base/status.h"
#include "waypoint/job.pb.h"
#include "waypoint/project.pb.h"

namespace waypoint::core {

absl::Status Init(const Project& project) {
  pb::UpsertWorkspaceRequest workspace;
  workspace.mutable_workspace()->set_name(project.workspace());
  RETURN_IF_ERROR(project.Invoke<pb::UpsertWorkspaceResponse>("UpsertWorkspace", workspace).status());
  for (const std::string& name : project.config().app_names()) {
    pb::UpsertApplicationRequest app;
    app.mutable_project()->set_project(project.name());
    app.set_name(name);
    RETURN_IF_ERROR(project.Invoke<pb::UpsertApplicationResponse>("UpsertApplication", app).status());
  }
  return absl::OkStatus();
}

absl::StatusOr<pb::Job::QueueProjectResult> QueueProject(const Project& project, const pb::Job::QueueProjectOp& op) {
  pb::Job::QueueProjectResult result;
  for (const std::string& name : project.config().app_names()) {
    pb::QueueJobRequest request;
    *request.mutable_job() = op.job_template();
    request.mutable_job()->mutable_application()->set_project(project.name());
    request.mutable_job()->mutable_application()->set_application(name);
    auto queued = project.Invoke<pb::QueueJobResponse>("QueueJob", request);
    if (!queued.ok()) return Annotate(queued.status(), "queue a job for app \"", name, "\"");
    auto* application = result.add_applications();
    *application->mutable_application() = request.job().application();
    application->set_job_id(queued->job_id());
  }
  return result;
}

}  // namespace waypoint::core
