// The artifacts of an app's latest builds: kept; what is in nobody's latest any more is removed.
//
// Owns:    builds/ of the data folder.
// Threads: any, several processes too: one at a time, by a lock file.
// Errors:  those of StoreArtifact; what cannot be removed is left for the next build.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "builtin/process/layout.h"

namespace waypoint::builtin::process {

inline constexpr int kBuildsKept = 10;

// StoreArtifact, noted as the app's newest build.
absl::StatusOr<pb::Artifact> StoreBuild(const Layout& layout, const pb::State::Owner& owner, const std::string& source,
                                        const std::vector<std::string>& ignore);

}  // namespace waypoint::builtin::process
