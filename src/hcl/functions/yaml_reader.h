// YAML 1.1 text as a value of the language (yamldecode).
//
// Threads: pure functions.
// Errors:  InvalidArgument with the line.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "hcl/value.h"

namespace waypoint::hcl {

absl::StatusOr<Value> ParseYaml(std::string_view text);

// A plain scalar by its looks: null, bool, number, time, else a string.
absl::StatusOr<Value> ResolveYamlScalar(const std::string& text);

// "Not a number", which is no number of the language.
bool IsYamlNan(const std::string& text);

// Dates and times in the forms of YAML 1.1 that 0.11 reads, written as RFC 3339; nullopt: it is neither.
std::optional<std::string> YamlTime(const std::string& text);

}  // namespace waypoint::hcl
