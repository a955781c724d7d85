// gitrefhash, gitreftag, gitrefpretty, gitremoteurl (waypoint-hcl.md B10): the repository above a folder, read
// directly.
//
// Owns:    nothing but the folder's name.
// Threads: immutable; reads .git, and asks the git program whether the tree is dirty.
// Errors:  as Function: no repository, no commit.
#pragma once

#include <string>

#include "base/clock.h"
#include "hcl/function.h"

namespace waypoint::hcl {

// `clock` may be null: then a dirty tree is marked without a time.
FunctionTable GitFunctions(const std::string& folder, const Clock* clock);

}  // namespace waypoint::hcl
