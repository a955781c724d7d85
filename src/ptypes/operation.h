// Builds, artifacts, deployments, releases, status reports: checks of requests (server-and-state.md 8).
//
// Threads: pure functions.
// Errors:  InvalidArgument with field violations.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "ptypes/refs.h"
#include "ptypes/violations.h"
#include "waypoint/operation.pb.h"
#include "waypoint/ui.pb.h"

namespace waypoint::ptypes {

absl::Status Check(const pb::UpsertBuildRequest& request);
absl::Status Check(const pb::UpsertPushedArtifactRequest& request);
absl::Status Check(const pb::UpsertDeploymentRequest& request);
absl::Status Check(const pb::UpsertReleaseRequest& request);
absl::Status Check(const pb::UpsertStatusReportRequest& request);

// Get requests: what `ref` must hold.
template <typename Request>
absl::Status CheckGetOperation(const Request& request) {
  Violations out;
  if (out.Require(request.has_ref(), "ref", kMustBeSet)) CheckOperationRef(request.ref(), "ref", out);
  return out.ToStatus();
}

// List and latest requests: an application. Blank names are those of nothing.
template <typename Request>
absl::Status CheckOfApplication(const Request& request) {
  Violations out;
  out.Require(request.has_application(), "application", kMustBeSet);
  return out.ToStatus();
}

// Lists of builds, artifacts and status reports: an application with both names.
template <typename Request>
absl::Status CheckOfNamedApplication(const Request& request) {
  Violations out;
  if (out.Require(request.has_application(), "application", kMustBeSet)) {
    CheckApplicationRef(request.application(), "application", out);
  }
  return out.ToStatus();
}

}  // namespace waypoint::ptypes
