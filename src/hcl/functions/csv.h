// Comma-separated values: rows of equal width, quotes doubled inside quotes, blank lines skipped.
//
// Threads: pure functions.
// Errors:  InvalidArgument with the line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace waypoint::hcl {

absl::StatusOr<std::vector<std::vector<std::string>>> ParseCsv(std::string_view text);

}  // namespace waypoint::hcl
