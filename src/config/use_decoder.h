// A `use` body read by the structure its component published, as the JSON that Configure takes (waypoint-hcl.md B5).
//
// Threads: pure functions.
// Errors:  diagnostics; then the text means nothing.
#pragma once

#include <string>

#include "hcl/body.h"
#include "hcl/diagnostic.h"
#include "hcl/eval_context.h"
#include "protostructure/structure.pb.h"

namespace waypoint::config {

std::string DecodeUseBody(const hcl::Body& body, const protostructure::Struct& structure,
                          const hcl::EvalContext* context, hcl::Diagnostics& diagnostics);

}  // namespace waypoint::config
