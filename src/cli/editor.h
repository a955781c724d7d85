// Text that the user changes in an editor of theirs.
//
// Threads: one; blocks until the editor ends.
// Errors:  no terminal, no editor, an editor that fails.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "cli/session.h"

namespace waypoint::cli {

// `extension` tells the editor the language.
absl::StatusOr<std::string> EditText(Session& session, const std::string& text, const std::string& extension);

}  // namespace waypoint::cli
