// The runner inside the command line (jobs-and-runners.md 15): by id only, for this process's jobs.
//
// Owns:    the runner; destroying it waits for its jobs.
// Threads: one, beside those of the runner.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "client/channel.h"
#include "client/operations.h"

namespace waypoint::main_parts {

std::unique_ptr<client::LocalRunner> MakeLocalRunner(client::Channel& channel, Clock& clock,
                                                     const std::string& working_folder, std::stop_token stop);

}  // namespace waypoint::main_parts
