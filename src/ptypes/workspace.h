// Workspaces and requests about them (server-and-state.md 7).
#pragma once

#include "absl/status/status.h"
#include "waypoint/project.pb.h"

namespace waypoint::ptypes {

namespace pb = ::hashicorp::waypoint;

absl::Status Check(const pb::UpsertWorkspaceRequest& request);
absl::Status Check(const pb::GetWorkspaceRequest& request);
absl::Status Check(const pb::ListWorkspacesRequest& request);

}  // namespace waypoint::ptypes
