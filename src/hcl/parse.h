// Entry points of the language: texts to bodies and expressions.
//
// Errors: diagnostics, all that are found; the result is usable as far as the text was understood.
// Spec:   waypoint-hcl.md part A.
#pragma once

#include <optional>

#include "hcl/body.h"
#include "hcl/diagnostic.h"
#include "hcl/expression.h"
#include "hcl/source.h"

namespace waypoint::hcl {

// Texts are positions of 32 bits; nobody writes a larger one by hand.
inline constexpr size_t kMaxSourceBytes = size_t{1} << 30;

BodyPtr ParseNative(SourcePtr source, Diagnostics& diagnostics);
BodyPtr ParseJson(SourcePtr source, Diagnostics& diagnostics);
// JSON if the name ends in ".json", else native.
BodyPtr ParseFile(SourcePtr source, Diagnostics& diagnostics);

Expression ParseExpression(SourcePtr source, Diagnostics& diagnostics);
Expression ParseTemplate(SourcePtr source, Diagnostics& diagnostics);
Expression ParseJsonExpression(SourcePtr source, Diagnostics& diagnostics);
// A reference and nothing else; empty after an error.
TraversalSteps ParseTraversal(SourcePtr source, Diagnostics& diagnostics);

}  // namespace waypoint::hcl
