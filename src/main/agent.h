// `runner agent`: a runner of its own, until it is told to stop.
//
// Threads: blocks its caller.
// Errors:  why the server does not take the runner, or why it ended.
#pragma once

#include <stop_token>

#include "absl/status/status.h"
#include "base/clock.h"
#include "cli/agent.h"

namespace waypoint::main_parts {

// The first stop lets jobs under way end, the second cancels them.
absl::Status RunAgent(client::Channel& channel, Clock& clock, const cli::AgentOptions& options, std::stop_token stop,
                      std::stop_token cancel);

}  // namespace waypoint::main_parts
