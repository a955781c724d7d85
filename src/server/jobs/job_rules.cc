#include "server/jobs/job_rules.h"

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/go_duration.h"
#include "base/status.h"
#include "ptypes/ssh_key.h"
#include "server/jobs/machine.h"

namespace waypoint::jobs {
namespace {

using Violations = std::vector<std::string>;

void CheckGitPath(const std::string& path, Violations& violations) {
  const std::string name = "data_source.git.path";
  if (absl::StartsWith(path, "/")) violations.push_back(name + " must be relative");
  if (absl::StartsWith(path, "./")) violations.push_back(name + " must not start with ./");
  if (absl::StrContains(path, "//")) violations.push_back(name + " must not contain //");
  for (absl::string_view part : absl::StrSplit(path, '/')) {
    if (part == "..") violations.push_back(name + " must not contain ..");
  }
}

void CheckGit(const pb::Job::Git& git, Violations& violations) {
  if (git.url().empty()) violations.push_back("data_source.git.url is required");
  CheckGitPath(git.path(), violations);
  if (git.has_basic() && (git.basic().username().empty() || git.basic().password().empty())) {
    violations.push_back("data_source.git.basic needs both username and password");
  }
  if (!git.has_ssh()) return;
  if (git.ssh().private_key_pem().empty()) {
    violations.push_back("data_source.git.ssh.private_key_pem is required");
    return;
  }
  const absl::Status loaded = ptypes::CheckPrivateKey(git.ssh().private_key_pem(), git.ssh().password());
  if (!loaded.ok()) violations.push_back(absl::StrCat("data_source.git.ssh.private_key_pem: ", loaded.message()));
}

Violations Check(const pb::Job& job) {
  Violations violations;
  if (!job.id().empty()) violations.push_back("id must be empty: the server chooses it");
  if (!job.has_application()) violations.push_back("application is required");
  if (!job.has_workspace()) violations.push_back("workspace is required");
  if (job.has_workspace() && job.workspace().workspace().empty()) {
    violations.push_back("workspace.workspace must not be empty");
  }
  if (!job.has_target_runner() || job.target_runner().target_case() == pb::Ref::Runner::TARGET_NOT_SET) {
    violations.push_back("target_runner is required: any, id or labels");
  }
  if (job.has_data_source() && job.data_source().source_case() == pb::Job::DataSource::SOURCE_NOT_SET) {
    violations.push_back("data_source.source is required");
  }
  if (job.data_source().has_git()) CheckGit(job.data_source().git(), violations);
  return violations;
}

}  // namespace

absl::StatusOr<absl::Duration> ParseWait(absl::string_view text) {
  if (const auto duration = ParseGoDuration(text)) return *duration;
  return absl::FailedPreconditionError(
      absl::StrCat("\"", text, "\" is not a duration; write it like 30s, 5m or 1h30m"));
}

absl::Status CheckJob(const pb::Job& job) {
  if (job.operation_case() == pb::Job::OPERATION_NOT_SET) {
    return absl::UnimplementedError("the job has no operation, or one that this server does not know");
  }
  Violations violations = Check(job);
  if (violations.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("the job is not valid: ", absl::StrJoin(violations, "; ")));
}

absl::Status Prepare(const state::View& view, pb::Job& job, absl::string_view expires_in, absl::Time now,
                     std::string new_id) {
  auto project = view.Get<pb::Project>(absl::AsciiStrToLower(job.application().project()));
  if (project == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("there is no project \"", job.application().project(), "\"; create it with: waypoint init"));
  }
  if (!job.has_data_source()) {
    if (!project->has_data_source()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "project ", project->name(),
          " has no data source, so a remote runner cannot get its files; set one with: waypoint project apply"));
    }
    *job.mutable_data_source() = project->data_source();
  }
  if (job.data_source().has_remote()) {
    return absl::InternalError("remote data sources exist in the hosted service only");
  }
  job.set_id(std::move(new_id));
  job.clear_task();
  job.clear_expire_time();
  if (!expires_in.empty()) {
    ASSIGN_OR_RETURN(absl::Duration wait, ParseWait(expires_in));
    *job.mutable_expire_time() = ToTimestamp(now + wait);
  }
  return absl::OkStatus();
}

}  // namespace waypoint::jobs
