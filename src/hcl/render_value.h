// A value written as HCL text, formatted as `waypoint fmt` would (waypoint-hcl.md A11).
//
// Threads: pure functions.
// Errors:  unknown values and capsules cannot be written.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "hcl/value.h"

namespace waypoint::hcl {

absl::StatusOr<std::string> RenderValue(const Value& value);

// The text of a quoted string with its quotes: escapes, and `$${` / `%%{` for what would start a template.
std::string QuoteString(std::string_view text);

}  // namespace waypoint::hcl
