// Values of variables to and from their wire forms str, bool, num, hcl (waypoint-hcl.md B7).
//
// Threads: pure functions.
// Errors:  InvalidArgument.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "config/variables.h"

namespace waypoint::config {

// string -> str, bool -> bool, number -> num if it is an int64, everything else -> hcl text.
absl::StatusOr<pb::Variable> ToWire(const std::string& name, const hcl::Value& value);

// The value as it was given. `text_is_hcl`: a str is to be read as an expression (cli and env, types other than
// primitive ones).
absl::StatusOr<hcl::Value> FromWire(const pb::Variable& variable, bool text_is_hcl);

pb::Variable::FinalValue::Source SourceOf(const pb::Variable& variable);
const char* SourceName(pb::Variable::FinalValue::Source source);  // "cli", "file", "environment", ...

}  // namespace waypoint::config
