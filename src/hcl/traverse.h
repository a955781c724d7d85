// The steps ".name" and "[key]" into a value.
//
// Threads: pure functions.
// Errors:  a Problem to be reported at the step.
// Spec:    waypoint-hcl.md A3.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "hcl/value.h"

namespace waypoint::hcl {

struct Problem {
  std::string summary;
  std::string detail;
};
using StepResult = std::variant<Value, Problem>;

StepResult GetAttribute(const Value& value, std::string_view name);
// A key that was computed may be secret: it is not shown then.
enum class KeyOrigin { kWritten, kComputed };
StepResult GetIndex(const Value& collection, const Value& key, KeyOrigin origin = KeyOrigin::kWritten);

// " Did you mean "x"?" for the name closest to `given`, or nothing.
std::string Suggest(std::string_view given, const std::vector<std::string>& names);

}  // namespace waypoint::hcl
