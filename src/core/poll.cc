#include "core/poll.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "datasource/git_source.h"
#include "waypoint/job.pb.h"
#include "waypoint/project.pb.h"

namespace waypoint::core {
namespace {

constexpr char kWorkspace[] = "default";

template <typename Res>
absl::StatusOr<Res> Invoke(const JobEnvironment& environment, absl::string_view method,
                           const google::protobuf::MessageLite& request) {
  client::CallOptions call;
  call.stop = environment.stop;
  return client::Invoke<Res>(*environment.channel, method, request, call);
}

const pb::Job::DataSource::Ref* CurrentRef(const pb::GetProjectResponse& project) {
  for (const pb::Workspace::Project& workspace : project.workspaces()) {
    if (workspace.workspace().workspace() == kWorkspace && workspace.has_data_source_ref()) {
      return &workspace.data_source_ref();
    }
  }
  return nullptr;
}

// What every app's job will be: deployed anew, or only noted when nothing of the app changed.
pb::Job Template(const pb::Job& poll, const datasource::GitChange& change) {
  pb::Job job;
  *job.mutable_application() = poll.application();
  job.mutable_workspace()->set_workspace(kWorkspace);
  job.mutable_target_runner()->mutable_any();
  *job.mutable_data_source() = poll.data_source();
  (*job.mutable_data_source_overrides())["ref"] = change.ref.git().commit();
  if (change.ignore) {
    job.mutable_noop();
  } else {
    job.mutable_up()->mutable_release()->set_prune(true);
  }
  return job;
}

pb::QueueJobRequest Trigger(const pb::Job& poll, const datasource::GitChange& change) {
  pb::QueueJobRequest request;
  pb::Job& job = *request.mutable_job();
  job = Template(poll, change);
  job.clear_operation();
  *job.mutable_queue_project()->mutable_job_template() = Template(poll, change);
  std::string singleton = absl::StrCat("poll-trigger/", kWorkspace, "/", poll.application().project());
  if (!poll.application().application().empty()) {
    absl::StrAppend(&singleton, "/", poll.application().application());
  }
  job.set_singleton_id(absl::AsciiStrToLower(singleton));
  return request;
}

}  // namespace

absl::StatusOr<pb::Job::PollResult> Poll(const JobEnvironment& environment, const pb::Job& job) {
  pb::GetProjectRequest get;
  get.mutable_project()->set_project(job.application().project());
  ASSIGN_OR_RETURN(auto project, Invoke<pb::GetProjectResponse>(environment, "GetProject", get));
  pb::Job::PollResult result;
  if (!job.data_source().has_git()) return result;  // only git can have changed by itself
  ASSIGN_OR_RETURN(pb::Job::Git git, datasource::EffectiveGit(job));
  const pb::Job::DataSource::Ref* current = CurrentRef(project);
  ASSIGN_OR_RETURN(std::optional<datasource::GitChange> change, datasource::GitChanges(git, current, environment.stop));
  if (!change.has_value()) return result;
  ASSIGN_OR_RETURN(auto queued, Invoke<pb::QueueJobResponse>(environment, "QueueJob", Trigger(job, *change)));
  result.set_job_id(queued.job_id());
  if (current != nullptr) *result.mutable_old_ref() = *current;
  *result.mutable_new_ref() = change->ref;
  return result;
}

}  // namespace waypoint::core
