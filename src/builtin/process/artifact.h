// Build outputs, copied and named by their content (sha256 of the tree: paths, modes, bytes).
//
// Owns:    the folder of artifacts. A copy appears whole under its name or not at all; equal outputs
//          share one copy.
// Threads: any, also several processes at once.
// Errors:  NotFound: the output does not exist. DataLoss: a copy does not have the content of its name.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "builtin/process/layout.h"

namespace waypoint::builtin::process {

// `source`: a file or a folder.
absl::StatusOr<pb::Artifact> StoreArtifact(const Layout& layout, const std::string& source,
                                           const std::vector<std::string>& ignore);

// Copies the artifact to `to`, which must not exist, and checks what arrived.
absl::Status UnpackArtifact(const pb::Artifact& artifact, const std::string& to);

struct TreeDigest {
  std::string sha256;  // hex
  uint64_t size = 0;
  uint32_t files = 0;
};
absl::StatusOr<TreeDigest> DigestTree(const std::string& root);

}  // namespace waypoint::builtin::process
