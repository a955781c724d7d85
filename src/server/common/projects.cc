#include "server/common/projects.h"

#include "absl/strings/str_cat.h"
#include "errors/details.h"
#include "ptypes/names.h"
#include "ptypes/refs.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

}  // namespace

absl::Status NoSuchProject(absl::string_view name) {
  return WithDetail(absl::NotFoundError(absl::StrCat("project \"", name,
                                                     "\" does not exist; create it with \"waypoint init\" or "
                                                     "\"waypoint project apply\"")),
                    "project_name", name);
}

absl::StatusOr<std::shared_ptr<const pb::Project>> FindProject(const state::View& view, absl::string_view name) {
  std::shared_ptr<const pb::Project> project = view.Get<pb::Project>(ptypes::FoldCase(name));
  if (project == nullptr) return NoSuchProject(name);
  return project;
}

const pb::Application* FindApplication(const pb::Project& project, absl::string_view name) {
  for (const pb::Application& application : project.applications()) {
    if (ptypes::SameName(application.name(), name)) return &application;
  }
  return nullptr;
}

void EnsureApplication(state::Txn& txn, const pb::Ref::Application& ref) {
  const std::string key = ptypes::FoldCase(ref.project());
  const std::shared_ptr<const pb::Project> stored = txn.Get<pb::Project>(key);
  if (stored != nullptr && FindApplication(*stored, ref.application()) != nullptr) return;
  pb::Project project;
  if (stored != nullptr) {
    project = *stored;
  } else {
    project.set_name(ref.project());
  }
  pb::Application* application = project.add_applications();
  application->set_name(ref.application());
  application->mutable_project()->set_project(ref.project());
  txn.Put(key, std::move(project));
}

}  // namespace waypoint::server
