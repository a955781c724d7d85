// The report that tells how a deployment or release is now (server-and-state.md 9).
#pragma once

#include <memory>
#include <string>

#include "server/records/operations.h"
#include "state/store.h"
#include "waypoint/record.pb.h"

namespace waypoint::server {

// That with the greatest `generated_time` in whole seconds (none is oldest); of equals the first in list order.
// Null if there is none. `target`: DeploymentTarget(id) or ReleaseTarget(id). Only reports of the application and
// workspace that `where` names count; the rest of it is not asked.
std::shared_ptr<const ::hashicorp::waypoint::StatusReport> NewestReportOf(const state::View& view,
                                                                          const OperationIndex& reports,
                                                                          const OperationFilter& where,
                                                                          const std::string& target);

}  // namespace waypoint::server
