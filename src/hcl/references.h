// Which variables an expression refers to, found without evaluating it.
//
// Threads: pure functions.
// Spec:    waypoint-hcl.md A3 "variable", B8 (order of config values).
#pragma once

#include <vector>

#include "hcl/ast.h"
#include "hcl/expression.h"

namespace waypoint::hcl {

// In source order; variables of for-expressions are not reported within them.
std::vector<TraversalSteps> FindReferences(const Document& document, const Expr& expr);

TraversalStep MakeTraversalStep(const SourcePtr& source, const Step& step);

}  // namespace waypoint::hcl
