// Version negotiation, before anything else is looked at (server-and-state.md 3.3).
//
// Errors: InvalidArgument that names the header, and who must be upgraded.
#pragma once

#include "absl/status/status.h"
#include "server/guard.h"
#include "server/rpc/method_table.h"

namespace waypoint::server {

// Versions both sides may speak: 1 to 1.
absl::Status Negotiate(const Method& method, const Presented& presented);

}  // namespace waypoint::server
