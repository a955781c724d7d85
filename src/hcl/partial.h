// Evaluates as much of an expression as is known now, and keeps the rest as text for later.
//
// Threads: pure functions.
// Errors:  diagnostics: what is known must evaluate; only references may stay open.
// Spec:    waypoint-hcl.md B8 "partial evaluation".
#pragma once

#include <string>
#include <variant>

#include "hcl/diagnostic.h"
#include "hcl/eval_context.h"
#include "hcl/expression.h"
#include "hcl/value.h"

namespace waypoint::hcl {

// The source of a template that gives the value once its open references are known.
struct TemplateText {
  std::string text;
};
using PartialResult = std::variant<Value, TemplateText>;

// After an error an unknown value.
PartialResult EvaluatePartially(const Expression& expr, const EvalContext& context, Diagnostics& diagnostics);

}  // namespace waypoint::hcl
