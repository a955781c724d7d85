#include "server/records/destroy_project.h"

#include "absl/strings/match.h"
#include "ptypes/config_var.h"
#include "ptypes/names.h"
#include "ptypes/refs.h"
#include "server/common/workspaces.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

template <typename Record>
void DeleteOperations(state::Txn& txn, const OperationIndex& index, const std::string& application) {
  for (const std::string& id : index.OfApplication(application)) txn.Delete<Record>(id);
}

void DeleteVariables(state::Txn& txn, const std::string& prefix) {
  txn.ForEach<pb::ConfigVar>(prefix, [&](const std::string& key, const pb::ConfigVar&) {
    if (!absl::StartsWith(key, prefix)) return false;
    txn.Delete<pb::ConfigVar>(key);
    return true;
  });
}

void LeaveWorkspace(state::Txn& txn, const std::string& key, pb::Workspace workspace, const std::string& name) {
  auto* projects = workspace.mutable_projects();
  for (int i = projects->size() - 1; i >= 0; --i) {
    if (ptypes::SameName(projects->Get(i).project().project(), name)) projects->DeleteSubrange(i, 1);
  }
  if (projects->empty() && key != "default") {
    txn.Delete<pb::Workspace>(key);
  } else {
    txn.Put(key, std::move(workspace));
  }
}

void LeaveWorkspaces(state::Txn& txn, const std::string& name) {
  txn.ForEach<pb::Workspace>("", [&](const std::string& key, const pb::Workspace& workspace) {
    if (FindProjectIn(workspace, name) != nullptr) LeaveWorkspace(txn, key, workspace, name);
    return true;
  });
}

void DeleteTriggersAndPipelines(state::Txn& txn, const std::string& name) {
  txn.ForEach<pb::Trigger>("", [&](const std::string& key, const pb::Trigger& trigger) {
    if (ptypes::SameName(trigger.project().project(), name)) txn.Delete<pb::Trigger>(key);
    return true;
  });
  txn.ForEach<pb::Pipeline>("", [&](const std::string& key, const pb::Pipeline& pipeline) {
    if (ptypes::SameName(pipeline.project().project(), name)) txn.Delete<pb::Pipeline>(key);
    return true;
  });
}

}  // namespace

void DestroyProject(state::Txn& txn, const RecordIndexes& indexes, const std::string& name) {
  const std::string key = ptypes::FoldCase(name);
  const std::shared_ptr<const pb::Project> project = txn.Get<pb::Project>(key);
  if (project == nullptr) return;
  for (const pb::Application& application : project->applications()) {
    pb::Ref::Application ref;
    ref.set_project(project->name());
    ref.set_application(application.name());
    const std::string app = ptypes::ApplicationKey(ref);
    DeleteOperations<pb::Build>(txn, *indexes.builds, app);
    DeleteOperations<pb::PushedArtifact>(txn, *indexes.artifacts, app);
    DeleteOperations<pb::Deployment>(txn, *indexes.deployments, app);
    DeleteOperations<pb::Release>(txn, *indexes.releases, app);
    DeleteOperations<pb::StatusReport>(txn, *indexes.status_reports, app);
  }
  DeleteVariables(txn, ptypes::ProjectPrefix(name));
  DeleteVariables(txn, ptypes::ApplicationsPrefix(name));
  LeaveWorkspaces(txn, name);
  DeleteTriggersAndPipelines(txn, name);
  txn.Delete<pb::Project>(key);
}

}  // namespace waypoint::server
