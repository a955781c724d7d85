#include "server/common/workspaces.h"

#include "ptypes/names.h"
#include "ptypes/refs.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

pb::Workspace LoadOrNew(const state::View& view, const std::string& name) {
  if (auto stored = view.Get<pb::Workspace>(ptypes::FoldCase(name)); stored != nullptr) return *stored;
  pb::Workspace workspace;
  workspace.set_name(name);
  return workspace;
}

pb::Workspace::Project* ProjectIn(pb::Workspace& workspace, const std::string& name) {
  for (pb::Workspace::Project& project : *workspace.mutable_projects()) {
    if (ptypes::SameName(project.project().project(), name)) return &project;
  }
  pb::Workspace::Project* project = workspace.add_projects();
  project->mutable_project()->set_project(name);
  return project;
}

pb::Workspace::Application* ApplicationIn(pb::Workspace::Project& project, const pb::Ref::Application& ref) {
  for (pb::Workspace::Application& application : *project.mutable_applications()) {
    if (ptypes::SameName(application.application().application(), ref.application())) return &application;
  }
  pb::Workspace::Application* application = project.add_applications();
  *application->mutable_application() = ref;
  return application;
}

}  // namespace

void NoteActivity(state::Txn& txn, const pb::Ref::Workspace& ref, const pb::Ref::Application& application,
                  const std::optional<google::protobuf::Timestamp>& time) {
  pb::Workspace workspace = LoadOrNew(txn, ref.workspace());
  pb::Workspace::Project* project = ProjectIn(workspace, application.project());
  pb::Workspace::Application* app = ApplicationIn(*project, application);
  if (time) {
    *workspace.mutable_active_time() = *time;
    *project->mutable_active_time() = *time;
    *app->mutable_active_time() = *time;
  }
  txn.Put(ptypes::FoldCase(ref.workspace()), std::move(workspace));
}

void NoteDataSourceRef(state::Txn& txn, const pb::Ref::Workspace& ref, const pb::Ref::Project& project,
                       const pb::Job::DataSource::Ref& source) {
  pb::Workspace workspace = LoadOrNew(txn, ref.workspace());
  pb::Workspace::Project* entry = ProjectIn(workspace, project.project());
  entry->clear_data_source_ref();
  if (source.ref_case() != pb::Job::DataSource::Ref::REF_NOT_SET) *entry->mutable_data_source_ref() = source;
  txn.Put(ptypes::FoldCase(ref.workspace()), std::move(workspace));
}

const pb::Workspace::Project* FindProjectIn(const pb::Workspace& workspace, absl::string_view name) {
  for (const pb::Workspace::Project& project : workspace.projects()) {
    if (ptypes::SameName(project.project().project(), name)) return &project;
  }
  return nullptr;
}

}  // namespace waypoint::server
