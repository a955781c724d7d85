// Mistakes in a configuration as a Status: the message is 0.11's one line, the long form with source lines travels
// beside it.
//
// Threads: pure functions.
// Errors:  InvalidArgument.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "hcl/diagnostic.h"

namespace waypoint::config {

// OK without errors.
absl::Status DiagnosticsStatus(const hcl::Diagnostics& diagnostics);

// True for mistakes of a file that would all be gone if only the variable `name` were known.
bool OnlyMissing(const absl::Status& status, std::string_view name);

// The mistakes with their source lines; for other errors the plain message.
std::string Explain(const absl::Status& status);

// One error for several that were found independently of each other; OK for none.
absl::Status JoinErrors(const std::vector<absl::Status>& errors, const std::string& what);

}  // namespace waypoint::config
