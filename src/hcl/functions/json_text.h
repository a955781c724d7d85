// JSON text and values of the language (jsondecode, jsonencode, %#v).
//
// Threads: pure functions.
// Errors:  InvalidArgument with the byte where the text stops being JSON; infinities and capsules cannot be written.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "hcl/value.h"

namespace waypoint::hcl {

// Arrays become tuples, objects objects (of equal names the last counts), numbers exact.
absl::StatusOr<Value> ParseJson(std::string_view text);

// Compact, keys sorted, < > & escaped. The value is wholly known.
absl::StatusOr<std::string> ToJson(const Value& value);
std::string JsonString(std::string_view text);

}  // namespace waypoint::hcl
