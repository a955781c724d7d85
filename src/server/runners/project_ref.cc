#include "server/runners/project_ref.h"

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace waypoint::runners {
namespace {

pb::Workspace::Project& ProjectIn(pb::Workspace& workspace, const std::string& name) {
  for (pb::Workspace::Project& project : *workspace.mutable_projects()) {
    if (absl::EqualsIgnoreCase(project.project().project(), name)) return project;
  }
  pb::Workspace::Project& added = *workspace.add_projects();
  added.mutable_project()->set_project(name);
  return added;
}

}  // namespace

void StoreProjectRef(state::Txn& txn, const pb::Job& job, const pb::Job::DataSource::Ref& ref) {
  const std::string key = absl::AsciiStrToLower(job.workspace().workspace());
  auto known = txn.Get<pb::Workspace>(key);
  pb::Workspace workspace = known != nullptr ? *known : pb::Workspace();
  if (known == nullptr) workspace.set_name(job.workspace().workspace());
  *ProjectIn(workspace, job.application().project()).mutable_data_source_ref() = ref;
  txn.Put(key, std::move(workspace));
}

}  // namespace waypoint::runners
