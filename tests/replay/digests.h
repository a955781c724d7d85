// What of a stream remains the same however its messages were cut and coalesced (Script::together).
#pragma once

#include <vector>

#include "replay/capture.h"

namespace waypoint::replay {

// GetJobStream: every terminal event but the reasons why the job waits, the states as a chain, the last job, the end.
Struct FollowedJob(const std::vector<Struct>& messages);
// CreateSnapshot: what opens it, and that nothing but chunks follows. How many there are differs.
Struct SnapshotStream(const std::vector<Struct>& messages);

}  // namespace waypoint::replay
