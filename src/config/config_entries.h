// The env, internal and file values of one scope of a `config` stanza, in the order they depend on each other
// (waypoint-hcl.md B8).
//
// Threads: pure functions.
// Errors:  diagnostics and Status; both are to be looked at.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "config/config.h"
#include "config/scope.h"
#include "hcl/body.h"

namespace waypoint::config {

// Attributes env, internal, file of `content`. Variables come without a target, sorted by name. A value that waits for
// a name nobody will ever give it is worth a warning.
absl::StatusOr<std::vector<pb::ConfigVar>> EvaluateEntries(const hcl::BodyContent& content, const ScopePtr& scope,
                                                           std::vector<std::string>& warnings);

}  // namespace waypoint::config
