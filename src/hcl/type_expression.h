// Type expressions such as list(string), the value of `variable.type` (waypoint-hcl.md A7).
//
// Threads: pure functions.
// Errors:  diagnostics "Invalid type specification" at the part that is wrong; then there is no type.
#pragma once

#include <optional>

#include "hcl/diagnostic.h"
#include "hcl/expression.h"
#include "hcl/type.h"

namespace waypoint::hcl {

std::optional<Type> EvaluateTypeExpression(const Expression& expr, Diagnostics& diagnostics);

}  // namespace waypoint::hcl
