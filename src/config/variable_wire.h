// Values of variables to and from their wire forms str, bool, num, hcl (waypoint-hcl.md B7).
//
// Threads: pure functions.
// Errors:  InvalidArgument; diagnostics.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "config/variables.h"
#include "hcl/diagnostic.h"

namespace waypoint::config {

// string -> str, bool -> bool, number -> num if it is an int64, everything else -> hcl text.
absl::StatusOr<pb::Variable> ToWire(const std::string& name, const hcl::Value& value);

// The value as it was given. `text_is_hcl`: a str is to be read as an expression (cli and env, types other than
// primitive ones). Nothing after an error; its diagnostics may show the text.
std::optional<hcl::Value> FromWire(const pb::Variable& variable, const hcl::Range& declared, bool text_is_hcl,
                                   hcl::Diagnostics& diagnostics);

pb::Variable::FinalValue::Source SourceOf(const pb::Variable& variable);
const char* SourceName(pb::Variable::FinalValue::Source source);  // "cli", "file", "environment", ...

}  // namespace waypoint::config
