// Conversion between types and the common type of several (waypoint-hcl.md A5).
//
// Threads: pure functions.
// Errors:  InvalidArgument saying what was expected ("a number is required", "attribute \"x\": ...").
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "hcl/value.h"

namespace waypoint::hcl {

// The value as `target`, which may contain dynamic ("any"): those parts keep the type they have.
absl::StatusOr<Value> ConvertTo(const Value& value, const Type& target);

// True if some value of `from` can be converted (a string may still turn out not to be a number).
bool CanConvert(const Type& from, const Type& target);

// The type that all given types convert to; nullopt if there is none.
std::optional<Type> Unify(const std::vector<Type>& types);

// What ConvertTo says about a mismatch known from the types alone: "string required".
std::string MismatchMessage(const Type& got, const Type& want);

}  // namespace waypoint::hcl
