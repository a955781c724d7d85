#include "core/destroy_project.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/status.h"
#include "core/app.h"
#include "core/destroy.h"
#include "google/protobuf/empty.pb.h"
#include "waypoint/project.pb.h"
#include "waypoint/server.pb.h"

namespace waypoint::core {
namespace {

absl::Status SetState(const Project& project, const std::string& name, pb::Project::ProjectState state,
                      const client::CallOptions& call) {
  pb::GetProjectRequest get;
  get.mutable_project()->set_project(name);
  client::Channel& channel = *project.environment().channel;
  ASSIGN_OR_RETURN(auto current, client::Invoke<pb::GetProjectResponse>(channel, "GetProject", get, call));
  pb::UpsertProjectRequest upsert;
  *upsert.mutable_project() = std::move(*current.mutable_project());
  upsert.mutable_project()->set_state(state);
  return client::Invoke<pb::UpsertProjectResponse>(channel, "UpsertProject", upsert, call).status();
}

absl::Status DeleteHostnames(const App& app) {
  pb::ListHostnamesRequest list;
  auto* target = list.mutable_target()->mutable_application();
  *target->mutable_application() = app.ref();
  *target->mutable_workspace() = app.workspace_ref();
  auto hostnames = app.project().Invoke<pb::ListHostnamesResponse>("ListHostnames", list);
  // No URL service, no hostnames.
  if (absl::IsFailedPrecondition(hostnames.status()) || absl::IsUnimplemented(hostnames.status())) {
    return absl::OkStatus();
  }
  if (!hostnames.ok()) return hostnames.status();
  for (const pb::Hostname& hostname : hostnames->hostnames()) {
    pb::DeleteHostnameRequest request;
    request.set_hostname(hostname.hostname());
    RETURN_IF_ERROR(app.project().Invoke<google::protobuf::Empty>("DeleteHostname", request).status());
  }
  return absl::OkStatus();
}

// The labels given on the command line go along; 0.11 lost them here.
absl::Status DestroyIn(const Project& project, const std::string& app_name, const std::string& workspace) {
  std::unique_ptr<config::Config> config = project.config().InWorkspace(workspace);
  ASSIGN_OR_RETURN(auto there, Project::Open(project.environment(), config.get(), workspace, project.override_labels(),
                                             project.data_dir()));
  ASSIGN_OR_RETURN(std::unique_ptr<App> app, there->OpenApp(app_name));
  project.ui().Header("Destroying app ", app_name, " in workspace ", workspace, "...");
  RETURN_IF_ERROR(DestroyWorkspace(*app));
  return DeleteHostnames(*app);
}

absl::Status DestroyResources(const Project& project) {
  for (const std::string& app : project.config().app_names()) {
    pb::ListWorkspacesRequest request;
    request.mutable_application()->set_application(app);
    request.mutable_application()->set_project(project.name());
    ASSIGN_OR_RETURN(auto list, project.Invoke<pb::ListWorkspacesResponse>("ListWorkspaces", request));
    for (const pb::Workspace& workspace : list.workspaces()) {
      RETURN_IF_ERROR(DestroyIn(project, app, workspace.name()));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<pb::Job::ProjectDestroyResult> DestroyProject(const Project& project,
                                                             const pb::Job::DestroyProjectOp& op) {
  const std::string name = op.project().project().empty() ? project.name() : op.project().project();
  RETURN_IF_ERROR(SetState(project, name, pb::Project::DESTROYING, project.call_options()));
  absl::Status status = op.skip_destroy_resources() ? absl::OkStatus() : DestroyResources(project);
  if (status.ok()) {
    pb::DestroyProjectRequest request;
    request.mutable_project()->set_project(name);
    status = project.Invoke<google::protobuf::Empty>("DestroyProject", request).status();
  }
  if (!status.ok()) {
    client::CallOptions last_word;  // also after a cancel
    last_word.timeout = absl::Seconds(2);
    absl::Status active = SetState(project, name, pb::Project::ACTIVE, last_word);
    if (!active.ok()) WAYPOINT_LOG(kError, "core", "project stays marked destroying", {"error", active.ToString()});
    return status;
  }
  pb::Job::ProjectDestroyResult result;
  result.set_job_id(project.environment().job.id);
  return result;
}

}  // namespace waypoint::core
