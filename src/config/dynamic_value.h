// dynamic("source", {key = value}) alias configdynamic: a value that a config sourcer supplies later (B7, B8).
//
// Threads: pure functions.
// Errors:  as hcl::Function.
#pragma once

#include <optional>

#include "config/variables.h"
#include "hcl/function.h"

namespace waypoint::config {

hcl::FunctionTable DynamicFunctions();
std::optional<DynamicDefault> AsDynamic(const hcl::Value& value);

}  // namespace waypoint::config
