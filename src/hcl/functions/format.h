// The template language of format(): `%[flags][width][.precision][[n]]verb` (waypoint-hcl.md B10).
//
// Threads: pure functions.
// Errors:  as Function; arguments count from 1, as in format(spec, args...).
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "hcl/value.h"

namespace waypoint::hcl {

absl::StatusOr<std::string> FormatText(std::string_view spec, absl::Span<const Value> args);

}  // namespace waypoint::hcl
