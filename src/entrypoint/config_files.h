// Files of the configuration: written where the app expects them (logs-exec-entrypoint.md 13.2).
//
// Errors:  logged, one by one; the others are still written.
#pragma once

#include <vector>

#include "appconfig/resolve.h"
#include "entrypoint/own_log.h"

namespace waypoint::entrypoint {

// Relative to the working folder, mode 0644, parents are not created. True if at least one was written.
bool WriteConfigFiles(const std::vector<appconfig::File>& files, OwnLog& log);

}  // namespace waypoint::entrypoint
