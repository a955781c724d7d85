#include "ptypes/operation.h"

#include "absl/strings/str_cat.h"

namespace waypoint::ptypes {
namespace {

// Every operation needs both: they say where it belongs.
template <typename Record>
void CheckPlace(const Record& record, const std::string& field, Violations& out) {
  if (out.Require(record.has_application(), field + ".application", kMustBeSet)) {
    CheckApplicationRef(record.application(), field + ".application", out);
  }
  if (out.Require(record.has_workspace(), field + ".workspace", kMustBeSet)) {
    out.Require(!record.workspace().workspace().empty(), field + ".workspace.workspace", kBlank);
  }
}

template <typename Record>
absl::Status CheckRecord(bool has, const Record& record, const char* field) {
  Violations out;
  if (out.Require(has, field, kMustBeSet)) CheckPlace(record, field, out);
  return out.ToStatus();
}

}  // namespace

absl::Status Check(const pb::UpsertBuildRequest& request) {
  return CheckRecord(request.has_build(), request.build(), "build");
}
absl::Status Check(const pb::UpsertPushedArtifactRequest& request) {
  return CheckRecord(request.has_artifact(), request.artifact(), "artifact");
}
absl::Status Check(const pb::UpsertDeploymentRequest& request) {
  return CheckRecord(request.has_deployment(), request.deployment(), "deployment");
}
absl::Status Check(const pb::UpsertReleaseRequest& request) {
  return CheckRecord(request.has_release(), request.release(), "release");
}
absl::Status Check(const pb::UpsertStatusReportRequest& request) {
  return CheckRecord(request.has_status_report(), request.status_report(), "status_report");
}

}  // namespace waypoint::ptypes
