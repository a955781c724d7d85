// Signals by name, as configuration gives them.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace waypoint {

// "TERM", "SIGTERM", any case, or "15". InvalidArgument names the value.
absl::StatusOr<int> SignalNumber(absl::string_view name);
std::string SignalName(int signal);  // "TERM"; "64" if it has none

}  // namespace waypoint
