#include "ptypes/operation.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace waypoint::ptypes {
namespace {

template <typename Record>
void CheckNames(const Record& record, const std::string& field, Violations& out) {
  if (record.has_application()) CheckApplicationRef(record.application(), field + ".application", out);
  if (record.has_workspace()) {
    out.Require(!record.workspace().workspace().empty(), field + ".workspace.workspace", kBlank);
  }
}

// Every operation needs both: they say where it belongs. Only a deployment without them is called invalid; of the
// others 0.11 says that it cannot store them.
template <typename Record>
absl::Status CheckPlace(const Record& record, const char* field) {
  if (record.has_application() && record.has_workspace()) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("the ", absl::StrReplaceAll(field, {{"_", " "}}),
                                          " cannot be stored: ", field,
                                          record.has_application() ? ".workspace" : ".application", " must be set"));
}

template <typename Record>
absl::Status CheckRecord(bool has, const Record& record, const char* field) {
  Violations out;
  if (out.Require(has, field, kMustBeSet)) CheckNames(record, field, out);
  if (absl::Status status = out.ToStatus(); !status.ok()) return status;
  return CheckPlace(record, field);
}

}  // namespace

absl::Status Check(const pb::UpsertBuildRequest& request) {
  return CheckRecord(request.has_build(), request.build(), "build");
}
absl::Status Check(const pb::UpsertPushedArtifactRequest& request) {
  return CheckRecord(request.has_artifact(), request.artifact(), "artifact");
}
absl::Status Check(const pb::UpsertDeploymentRequest& request) {
  Violations out;
  if (out.Require(request.has_deployment(), "deployment", kMustBeSet)) {
    out.Require(request.deployment().has_application(), "deployment.application", kMustBeSet);
    out.Require(request.deployment().has_workspace(), "deployment.workspace", kMustBeSet);
    CheckNames(request.deployment(), "deployment", out);
  }
  return out.ToStatus();
}
absl::Status Check(const pb::UpsertReleaseRequest& request) {
  return CheckRecord(request.has_release(), request.release(), "release");
}
absl::Status Check(const pb::UpsertStatusReportRequest& request) {
  return CheckRecord(request.has_status_report(), request.status_report(), "status_report");
}

}  // namespace waypoint::ptypes
