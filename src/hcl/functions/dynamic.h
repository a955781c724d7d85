// dynamic("source", {key = value}) alias configdynamic: a value that a config sourcer supplies later (B7, B8).
//
// Threads: pure functions.
// Errors:  as Function.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "hcl/function.h"

namespace waypoint::hcl {

struct DynamicValue {
  std::string from;
  std::map<std::string, std::string> config;
};

FunctionTable DynamicFunctions();
std::optional<DynamicValue> AsDynamic(const Value& value);

}  // namespace waypoint::hcl
