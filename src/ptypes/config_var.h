// Configuration variables and sources: checks, one form for old and new targets, identity
// (logs-exec-entrypoint.md 8, 10).
//
// Threads: pure functions.
// Errors:  InvalidArgument with field violations.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "waypoint/config.pb.h"

namespace waypoint::ptypes {

namespace pb = ::hashicorp::waypoint;

absl::Status Check(const pb::ConfigSetRequest& request);
absl::Status Check(const pb::ConfigDeleteRequest& request);
absl::Status Check(const pb::ConfigGetRequest& request);
absl::Status Check(const pb::SetConfigSourceRequest& request);
absl::Status Check(const pb::DeleteConfigSourceRequest& request);
absl::Status Check(const pb::GetConfigSourceRequest& request);

// Moves the scope of servers up to 0.5 into `target`.
void NormalizeTarget(pb::ConfigVar& var);
// Whether setting this variable means deleting it: unset, no value, or an empty static one.
bool IsDelete(const pb::ConfigVar& var);

// Equal for variables (sources) that overwrite each other. Keys of one scope share a prefix:
// "g\0", "p\0PROJECT\0", "a\0PROJECT\0APP\0".
std::string ConfigVarKey(const pb::ConfigVar& normalized);
std::string ConfigSourceKey(const pb::ConfigSource& source);
// Changes with the source's settings, the same on every server; consumers only compare it.
uint64_t ConfigSourceHash(const pb::ConfigSource& source);
std::string GlobalPrefix();
std::string ProjectPrefix(absl::string_view project);
std::string ApplicationPrefix(absl::string_view project, absl::string_view application);
// Of all applications of a project.
std::string ApplicationsPrefix(absl::string_view project);

}  // namespace waypoint::ptypes
