// templatestring, templatefile, templatedir: they see the names of the place that calls them (waypoint-hcl.md B10).
//
// Owns:    nothing; `context` must outlive the table.
// Threads: immutable; files are read and temporary copies written where a path is given.
// Errors:  as Function.
#pragma once

#include "hcl/eval_context.h"
#include "hcl/function.h"

namespace waypoint::hcl {

FunctionTable TemplateFunctions(const EvalContext* context);

}  // namespace waypoint::hcl
