#include "client/operations.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "waypoint/project.pb.h"
#include "waypoint/runner.pb.h"

namespace waypoint::client {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr char kLocalJobExpiry[] = "30s";

void FillRelease(pb::Job::ReleaseOp& op, const PruneOptions& prune) {
  op.set_prune(prune.prune);
  op.set_prune_retain(static_cast<int32_t>(prune.retain));
  op.set_prune_retain_override(prune.retain >= 0);
}

}  // namespace

pb::Ref::Application Operations::Application(const std::string& app) const {
  pb::Ref::Application ref;
  ref.set_project(options_.project);
  ref.set_application(app);
  return ref;
}

pb::Ref::Workspace Operations::Workspace() const {
  pb::Ref::Workspace ref;
  ref.set_workspace(options_.workspace);
  return ref;
}

CallOptions Operations::Calls() const {
  CallOptions call;
  if (!runner_id_.empty()) call.metadata.emplace_back("waypoint-runner-id", runner_id_);
  return call;
}

absl::Status Operations::Prepare() {
  if (local_.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const bool local, DecideLocal());
  if (local) {
    if (local_runner_ == nullptr) {
      return absl::FailedPreconditionError("this operation needs a local runner, which this command does not start");
    }
    ASSIGN_OR_RETURN(runner_id_, local_runner_->Start());
  }
  local_ = local;
  return absl::OkStatus();
}

absl::StatusOr<bool> Operations::DecideLocal() {
  if (options_.local.has_value()) return *options_.local;
  pb::GetProjectRequest request;
  request.mutable_project()->set_project(options_.project);
  auto found = Invoke<pb::GetProjectResponse>(channel_, "GetProject", request);
  if (absl::IsNotFound(found.status())) {
    return absl::NotFoundError(absl::StrCat("Project \"", options_.project,
                                            "\" was not found on the server.\nRun \"waypoint init\" in the folder of "
                                            "its waypoint.hcl to register it."));
  }
  RETURN_IF_ERROR(found.status());
  const pb::Project& project = found->project();
  const bool has_source = project.has_data_source() && !project.data_source().has_local() &&
                          project.data_source().source_case() != pb::Job::DataSource::SOURCE_NOT_SET;
  if (!project.remote_enabled() || !has_source) return true;
  ASSIGN_OR_RETURN(const bool runner, HasRemoteRunner());
  if (!runner) return true;
  ASSIGN_OR_RETURN(const bool profile, HasProfile());
  return !profile;
}

absl::StatusOr<bool> Operations::HasRemoteRunner() {
  ASSIGN_OR_RETURN(auto list, Invoke<pb::ListRunnersResponse>(channel_, "ListRunners", pb::ListRunnersRequest()));
  return std::any_of(list.runners().begin(), list.runners().end(),
                     [](const pb::Runner& runner) { return runner.has_remote(); });
}

absl::StatusOr<bool> Operations::HasProfile() {
  if (!options_.project_profile.empty()) return true;
  for (const auto& [app, profile] : options_.app_profiles) {
    if (!profile.empty()) return true;
  }
  ASSIGN_OR_RETURN(auto list, Invoke<pb::ListOnDemandRunnerConfigsResponse>(channel_, "ListOnDemandRunnerConfigs",
                                                                            google::protobuf::Empty()));
  return std::any_of(list.configs().begin(), list.configs().end(),
                     [](const pb::OnDemandRunnerConfig& config) { return config.default_(); });
}

std::string Operations::ProfileOf(const std::string& app) const {
  auto it = options_.app_profiles.find(app);
  return it != options_.app_profiles.end() && !it->second.empty() ? it->second : options_.project_profile;
}

absl::StatusOr<pb::Job::Result> Operations::Run(Job job, const std::string& app) {
  RETURN_IF_ERROR(Prepare());
  *job.mutable_application() = Application(app);
  *job.mutable_workspace() = Workspace();
  for (const auto& [name, value] : options_.labels) (*job.mutable_labels())[name] = value;
  for (const auto& [name, value] : options_.source_overrides) (*job.mutable_data_source_overrides())[name] = value;
  for (const auto& variable : options_.variables) *job.add_variables() = variable;
  pb::QueueJobRequest request;
  if (local()) {
    job.mutable_data_source()->mutable_local();
    job.mutable_target_runner()->mutable_id()->set_id(runner_id_);
    request.set_expires_in(kLocalJobExpiry);
  } else {
    job.mutable_target_runner()->mutable_any();
    if (const std::string profile = ProfileOf(app); !profile.empty()) {
      job.mutable_ondemand_runner()->set_name(profile);
    }
    if (before_remote_) before_remote_(job);
  }
  *request.mutable_job() = std::move(job);
  CallOptions call = Calls();
  call.stop = options_.interrupt;
  ASSIGN_OR_RETURN(auto queued, Invoke<pb::QueueJobResponse>(channel_, "QueueJob", request, call));
  last_job_id_ = queued.job_id();

  FollowOptions follow;
  follow.cancel_on_interrupt = local();
  follow.interrupt = options_.interrupt;
  follow.second_interrupt = options_.second_interrupt;
  follow.local_runner_id = runner_id_;
  follow.call = Calls();
  follow.restore = options_.restore;
  std::unique_ptr<FollowEvents> events = make_events_();
  return FollowJob(channel_, clock_, queued.job_id(), follow, *events);
}

absl::StatusOr<pb::Job::UpResult> Operations::Up(const std::string& app, const PruneOptions& prune) {
  Job job;
  FillRelease(*job.mutable_up()->mutable_release(), prune);
  ASSIGN_OR_RETURN(Job::Result result, Run(std::move(job), app));
  return result.up();
}

absl::StatusOr<pb::Job::BuildResult> Operations::Build(const std::string& app, bool push) {
  Job job;
  job.mutable_build()->set_disable_push(!push);
  ASSIGN_OR_RETURN(Job::Result result, Run(std::move(job), app));
  return result.build();
}

absl::StatusOr<pb::PushedArtifact> Operations::Push(const std::string& app, const pb::Build& build) {
  Job job;
  *job.mutable_push()->mutable_build() = build;
  ASSIGN_OR_RETURN(Job::Result result, Run(std::move(job), app));
  return result.push().artifact();
}

absl::StatusOr<pb::Deployment> Operations::Deploy(const std::string& app, const pb::PushedArtifact& artifact) {
  Job job;
  *job.mutable_deploy()->mutable_artifact() = artifact;
  ASSIGN_OR_RETURN(Job::Result result, Run(std::move(job), app));
  return result.deploy().deployment();
}

absl::StatusOr<pb::Release> Operations::Release(const std::string& app, const pb::Deployment& deployment,
                                                const PruneOptions& prune) {
  Job job;
  FillRelease(*job.mutable_release(), prune);
  *job.mutable_release()->mutable_deployment() = deployment;
  ASSIGN_OR_RETURN(Job::Result result, Run(std::move(job), app));
  return result.release().release();
}

absl::Status Operations::DestroyWorkspace(const std::string& app) {
  Job job;
  job.mutable_destroy()->mutable_workspace();
  return Run(std::move(job), app).status();
}

absl::Status Operations::DestroyDeployment(const std::string& app, const pb::Deployment& deployment) {
  Job job;
  *job.mutable_destroy()->mutable_deployment() = deployment;
  return Run(std::move(job), app).status();
}

absl::Status Operations::ReportStatus(const std::string& app, const pb::Deployment& deployment) {
  Job job;
  *job.mutable_status_report()->mutable_deployment() = deployment;
  return Run(std::move(job), app).status();
}

absl::Status Operations::ReportStatus(const std::string& app, const pb::Release& release) {
  Job job;
  *job.mutable_status_report()->mutable_release() = release;
  return Run(std::move(job), app).status();
}

}  // namespace waypoint::client
