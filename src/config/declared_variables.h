// `variable` blocks (waypoint-hcl.md B7).
//
// Threads: pure functions.
// Errors:  diagnostics.
#pragma once

#include <vector>

#include "config/variables.h"
#include "hcl/body.h"
#include "hcl/diagnostic.h"
#include "hcl/eval_context.h"

namespace waypoint::config {

// `context`: what a default may use: functions, no variables of its own.
DeclaredVariables DecodeVariables(const std::vector<const hcl::Block*>& blocks, const hcl::EvalContext* context,
                                  hcl::Diagnostics& diagnostics);

}  // namespace waypoint::config
