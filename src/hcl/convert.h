// Conversion between types (waypoint-hcl.md A5).
//
// Threads: pure functions.
// Errors:  InvalidArgument saying what was expected, with the place inside the value: "element 2: a number is
// required".
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "hcl/value.h"

namespace waypoint::hcl {

// The value as `target`, which may contain dynamic ("any"): those parts keep the type they have.
absl::StatusOr<Value> ConvertTo(const Value& value, const Type& target);

enum class Conversions {
  kSafe,    // never fail: number -> string, set -> list, tuple -> list, object -> map
  kUnsafe,  // may fail or lose something as well: string -> number, list -> set, map -> object
};

// True if some value of `from` can be converted (a string may still turn out not to be a number).
bool CanConvert(const Type& from, const Type& target, Conversions allowed = Conversions::kUnsafe);

// What ConvertTo says about a mismatch known from the types alone: "string required".
std::string MismatchMessage(const Type& got, const Type& want);

}  // namespace waypoint::hcl
