// Commands of `hook` blocks, run around an operation (core-and-plugins.md A7).
//
// Threads: one; blocks until the commands end. A stop kills them.
// Errors:  of the first hook that failed and may not; its text says when and which.
#pragma once

#include <stop_token>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "config/config.h"
#include "plugin/terminal.h"

namespace waypoint::core {

// Those of `when` ("before", "after") in file order, all of them even after one failed.
absl::Status RunHooks(const std::vector<config::Hook>& hooks, absl::string_view when, plugin::Ui ui,
                      std::stop_token stop);

}  // namespace waypoint::core
