#include "server/polling/poll_jobs.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/go_duration.h"
#include "base/status.h"
#include "ptypes/project.h"
#include "server/records/operations.h"

namespace waypoint::polling {
namespace {

constexpr char kWorkspace[] = "default";

using Settings = std::pair<bool, std::string>;  // enabled, interval

Intervals Polled(const state::View& view, Settings (*settings)(const pb::Project&)) {
  Intervals intervals;
  view.ForEach<pb::Project>("", [&](const std::string& key, const pb::Project& stored) {
    pb::Project project = stored;
    if (!ptypes::FillPollDefaults(project).ok()) return true;  // was refused when it was stored
    const auto [enabled, text] = settings(project);
    const auto interval = ParseGoDuration(text);
    if (enabled && interval && *interval > absl::ZeroDuration()) intervals[key] = *interval;
    return true;
  });
  return intervals;
}

jobs::NewJob NewJobOf(const pb::Project& project, const std::string& workspace) {
  jobs::NewJob made;
  made.job.mutable_application()->set_project(project.name());
  made.job.mutable_workspace()->set_workspace(workspace);
  made.job.mutable_target_runner()->mutable_any();
  if (project.has_data_source()) *made.job.mutable_data_source() = project.data_source();
  return made;
}

template <typename Record>
absl::StatusOr<std::shared_ptr<const Record>> Latest(const state::View& view, const server::OperationIndex& index,
                                                     const pb::Project& project, const pb::Application& app) {
  pb::Ref::Application application;
  application.set_project(project.name());
  application.set_application(app.name());
  pb::Ref::Workspace workspace;
  workspace.set_workspace(kWorkspace);
  absl::StatusOr<std::string> id = server::LatestOperation(index, application, workspace);
  if (absl::IsNotFound(id.status())) return nullptr;
  if (!id.ok()) return id.status();
  return server::GetOperation<Record>(view, index, *id);
}

std::string Singleton(const pb::Project& project, const pb::Application& app, const char* kind) {
  return absl::StrCat("app-status-poll/", kWorkspace, "/", project.name(), "/", app.name(), "/", kind);
}

}  // namespace

Intervals PolledSources(const state::View& view) {
  return Polled(view, [](const pb::Project& project) {
    return Settings{project.data_source_poll().enabled(), project.data_source_poll().interval()};
  });
}

Intervals PolledApplications(const state::View& view) {
  return Polled(view, [](const pb::Project& project) {
    return Settings{project.status_report_poll().enabled(), project.status_report_poll().interval()};
  });
}

jobs::NewJob PollJob(const pb::Project& project) {
  jobs::NewJob made = NewJobOf(project, kWorkspace);
  made.job.mutable_poll();
  made.job.set_singleton_id(absl::StrCat("poll/", project.name()));
  return made;
}

jobs::NewJob StatusJob(const pb::Project& project, const std::string& workspace, pb::Deployment deployment) {
  jobs::NewJob made = NewJobOf(project, workspace);
  *made.job.mutable_application() = deployment.application();
  *made.job.mutable_status_report()->mutable_deployment() = std::move(deployment);
  return made;
}

jobs::NewJob StatusJob(const pb::Project& project, const std::string& workspace, pb::Release release) {
  jobs::NewJob made = NewJobOf(project, workspace);
  *made.job.mutable_application() = release.application();
  *made.job.mutable_status_report()->mutable_release() = std::move(release);
  return made;
}

absl::StatusOr<std::vector<jobs::NewJob>> StatusJobs(const state::View& view, const server::RecordIndexes& indexes,
                                                     const pb::Project& project) {
  std::vector<jobs::NewJob> made;
  for (const pb::Application& app : project.applications()) {
    ASSIGN_OR_RETURN(const auto deployment, Latest<pb::Deployment>(view, *indexes.deployments, project, app));
    if (deployment != nullptr) {
      made.push_back(StatusJob(project, kWorkspace, *deployment));
      made.back().job.set_singleton_id(Singleton(project, app, "deployment"));
    }
    ASSIGN_OR_RETURN(const auto release, Latest<pb::Release>(view, *indexes.releases, project, app));
    if (release != nullptr && !release->unimplemented()) {
      made.push_back(StatusJob(project, kWorkspace, *release));
      made.back().job.set_singleton_id(Singleton(project, app, "release"));
    }
  }
  return made;
}

}  // namespace waypoint::polling
