// A syntax tree as text, without places: equal exactly for trees of the same meaning.
#pragma once

#include <string>

#include "hcl/ast.h"

namespace waypoint::hcl::testing {

std::string Dump(const Expr& expr);
std::string Dump(const BodyNode& body);

}  // namespace waypoint::hcl::testing
