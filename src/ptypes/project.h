// Projects and requests about them and their applications: checks and defaults (server-and-state.md 6).
//
// Threads: pure functions.
// Errors:  InvalidArgument with field violations; FailedPrecondition for a waypoint.hcl beyond its limit.
#pragma once

#include "absl/status/status.h"
#include "waypoint/project.pb.h"
#include "waypoint/ui.pb.h"

namespace waypoint::ptypes {

namespace pb = ::hashicorp::waypoint;

inline constexpr size_t kMaxStoredHclBytes = 5 * 1024;

// All but the syntax of waypoint_hcl.
absl::Status Check(const pb::UpsertProjectRequest& request);
absl::Status Check(const pb::GetProjectRequest& request);
absl::Status Check(const pb::UI::GetProjectRequest& request);
absl::Status Check(const pb::DestroyProjectRequest& request);
absl::Status Check(const pb::UpsertApplicationRequest& request);
absl::Status Check(const pb::GetApplicationRequest& request);
absl::Status CheckPagination(const pb::PaginationRequest& pagination);

// Polling of the data source brings polling of status reports; intervals get their defaults. Shown in answers,
// derived again where they are used, never stored. Internal: the interval of status reports is no duration.
absl::Status FillPollDefaults(pb::Project& project);

}  // namespace waypoint::ptypes
