// The waypoint.hcl that a project keeps on the server: its syntax, and the applications it names
// (server-and-state.md 6.1).
//
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "waypoint/record.pb.h"

namespace waypoint::server {

// InvalidArgument with a violation of project.waypoint_hcl, naming the place.
absl::Status CheckStoredHcl(const ::hashicorp::waypoint::Project& project);
// Labels of its `app` blocks, in order; none for JSON.
std::vector<std::string> ApplicationsInHcl(const ::hashicorp::waypoint::Project& project);

}  // namespace waypoint::server
