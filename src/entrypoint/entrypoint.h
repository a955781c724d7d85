// waypoint-entrypoint, whole: the child, its configuration, its logs, its exec sessions.
#pragma once

#include <string>
#include <vector>

namespace waypoint::entrypoint {

// `arguments` without the program's own name. Returns the exit code.
int Main(const std::vector<std::string>& arguments, const std::vector<std::string>& env);

}  // namespace waypoint::entrypoint
