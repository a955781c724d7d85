// Command lines to paste, which a command's help shows. Each is parsed by a test.
//
// Threads: pure.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace waypoint::cli {

// Without "waypoint" at the beginning; empty for commands that explain themselves.
std::vector<std::string> ExamplesOf(absl::string_view words);

}  // namespace waypoint::cli
