// Puts the real parts together for one run of the command line.
//
// Owns:    clock, signals, output of the process.
// Threads: the main thread.
#pragma once

#include <string>
#include <vector>

namespace waypoint {

int RunProgram(const std::vector<std::string>& args);

}  // namespace waypoint
