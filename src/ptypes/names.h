// What names may look like and how they compare (server-and-state.md 5.1, 6, 7).
//
// Threads: pure functions.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace waypoint::ptypes {

// Letters, digits, '-' and '_' only; the empty name is one too.
bool IsPlainName(absl::string_view name);
// 1 to 38 bytes, begins with a letter or digit, goes on as a plain name.
bool IsWorkspaceName(absl::string_view name);
// The form in which names that ignore case are compared and stored as keys (ASCII).
std::string FoldCase(absl::string_view name);

}  // namespace waypoint::ptypes
