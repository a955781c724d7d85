#include "ptypes/project.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/go_duration.h"
#include "ptypes/names.h"
#include "ptypes/ssh_key.h"
#include "ptypes/violations.h"

namespace waypoint::ptypes {
namespace {

constexpr char kDataSourceInterval[] = "30s";
constexpr char kStatusReportInterval[] = "5m";

// Polling without a pause is no polling.
bool IsInterval(absl::string_view text) {
  const std::optional<absl::Duration> duration = ParseGoDuration(text);
  return duration && *duration > absl::ZeroDuration();
}

void CheckName(absl::string_view name, absl::string_view field, Violations& out) {
  if (out.Require(!name.empty(), field, kBlank)) {
    out.Require(IsPlainName(name), field, absl::StrCat("name \"", name, "\" must be alpha numeric"));
  }
}

void CheckGitPath(absl::string_view path, absl::string_view field, Violations& out) {
  if (absl::StartsWith(path, "/")) {
    out.Add(field, "must be relative");
  } else if (absl::StartsWith(path, "./") || absl::StrContains(path, "//")) {
    out.Add(field, "must not begin with \"./\" or contain \"//\"");
  } else {
    const std::vector<absl::string_view> parts = absl::StrSplit(path, '/');
    out.Require(std::find(parts.begin(), parts.end(), "..") == parts.end(), field, "must not contain \"..\"");
  }
}

void CheckGit(const pb::Job::Git& git, const std::string& field, Violations& out) {
  out.Require(!git.url().empty(), field + ".url", kBlank);
  CheckGitPath(git.path(), field + ".path", out);
  if (git.has_basic()) {
    out.Require(!git.basic().username().empty(), field + ".Auth.Basic.username", kBlank);
    out.Require(!git.basic().password().empty(), field + ".Auth.Basic.password", kBlank);
  }
  if (git.has_ssh()) {
    const absl::Status key = CheckPrivateKey(git.ssh().private_key_pem(), git.ssh().password());
    out.Require(key.ok(), field + ".Auth.Ssh.private_key_pem", key.message());
  }
}

void CheckDataSource(const pb::Job::DataSource& source, const std::string& field, Violations& out) {
  if (!out.Require(source.source_case() != pb::Job::DataSource::SOURCE_NOT_SET, field + ".Source", kMustBeSet)) return;
  if (source.has_git()) CheckGit(source.git(), field + ".Source.Git", out);
}

void CheckProject(const pb::Project& project, Violations& out) {
  CheckName(project.name(), "project.name", out);
  if (project.has_data_source()) CheckDataSource(project.data_source(), "project.data_source", out);
  const std::string& interval = project.data_source_poll().interval();
  if (!interval.empty()) {
    out.Require(IsInterval(interval), "project.data_source_poll.interval",
                absl::StrCat("\"", interval, "\" is not a duration such as \"30s\" or \"1h30m\""));
  }
}

// A ref without a name is not refused here: it names nothing, so the search for it says NotFound.
template <typename Request>
absl::Status CheckHasProject(const Request& request) {
  Violations out;
  out.Require(request.has_project(), "project", kMustBeSet);
  return out.ToStatus();
}

}  // namespace

absl::Status Check(const pb::UpsertProjectRequest& request) {
  Violations out;
  if (out.Require(request.has_project(), "project", kMustBeSet)) CheckProject(request.project(), out);
  if (absl::Status status = out.ToStatus(); !status.ok()) return status;
  const size_t size = request.project().waypoint_hcl().size();
  if (size > kMaxStoredHclBytes) {
    return absl::FailedPreconditionError(absl::StrCat("the project's waypoint.hcl has ", size, " bytes, the limit is ",
                                                      kMaxStoredHclBytes, "; keep it with the application's source"));
  }
  return absl::OkStatus();
}

absl::Status Check(const pb::GetProjectRequest& request) { return CheckHasProject(request); }
absl::Status Check(const pb::UI::GetProjectRequest& request) { return CheckHasProject(request); }
absl::Status Check(const pb::DestroyProjectRequest& request) { return CheckHasProject(request); }

absl::Status Check(const pb::UpsertApplicationRequest& request) {
  Violations out;
  out.Require(request.has_project(), "project", kMustBeSet);
  CheckName(request.name(), "name", out);
  return out.ToStatus();
}

absl::Status Check(const pb::GetApplicationRequest& request) {
  Violations out;
  out.Require(request.has_application(), "application", kMustBeSet);
  return out.ToStatus();
}

absl::Status CheckPagination(const pb::PaginationRequest& pagination) {
  Violations out;
  out.Require(pagination.next_page_token().empty() || pagination.previous_page_token().empty(),
              "pagination.next_page_token", "cannot be used together with previous_page_token");
  return out.ToStatus();
}

absl::Status FillPollDefaults(pb::Project& project) {
  if (project.data_source_poll().enabled()) {
    if (project.data_source_poll().interval().empty())
      project.mutable_data_source_poll()->set_interval(kDataSourceInterval);
    if (!project.has_status_report_poll()) project.mutable_status_report_poll()->set_enabled(true);
  }
  if (project.status_report_poll().enabled()) {
    std::string* interval = project.mutable_status_report_poll()->mutable_interval();
    if (interval->empty()) *interval = kStatusReportInterval;
    if (!IsInterval(*interval)) {
      return absl::InternalError(
          absl::StrCat("the interval of status reports, \"", *interval, "\", is not a duration"));
    }
  }
  return absl::OkStatus();
}

}  // namespace waypoint::ptypes
