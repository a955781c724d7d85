// What a command reads from its standard input.
//
// Threads: one; blocks until the input ends.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace waypoint::cli {

absl::StatusOr<std::string> ReadStandardInput();
bool StandardInputIsPipe();

}  // namespace waypoint::cli
