// The common type of several (waypoint-hcl.md A5): what lists, maps, sets and conditionals are made of.
//
// Threads: pure functions.
// Errors:  no common type = nullopt.
#pragma once

#include <optional>
#include <vector>

#include "hcl/convert.h"
#include "hcl/type.h"
#include "hcl/value.h"

namespace waypoint::hcl {

// The type that all given types convert to. Without any types there is none.
std::optional<Type> Unify(const std::vector<Type>& types, Conversions allowed = Conversions::kUnsafe);

// The types of the elements of a list, set, map, tuple or object type, in order.
std::vector<Type> ElementTypes(const Type& type);

}  // namespace waypoint::hcl
