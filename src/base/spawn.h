// The start of a child between fork and exec; use base/subprocess.h.
#pragma once

#include "base/subprocess.h"

namespace waypoint {

struct Spawned {
  pid_t pid = 0;
  UniqueFd in, out, err;  // our ends
};

absl::StatusOr<Spawned> SpawnChild(const SpawnOptions& options);

}  // namespace waypoint
