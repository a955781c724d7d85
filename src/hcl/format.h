// The formatter of the native syntax.
//
// Threads: pure functions.
// Errors:  Format has none, it takes any text; FormatFile refuses what cannot be parsed.
// Spec:    waypoint-hcl.md A10, server-and-state.md 13.
#pragma once

#include <string>
#include <string_view>

#include "hcl/diagnostic.h"
#include "hcl/source.h"

namespace waypoint::hcl {

// Changes blanks only.
std::string Format(std::string_view text);

// As `waypoint fmt`: also writes block labels as quoted strings, and unwraps values that are only "${ ... }".
// After an error the text as it was.
std::string FormatFile(const SourcePtr& source, Diagnostics& diagnostics);

}  // namespace waypoint::hcl
