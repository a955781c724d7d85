// What a recorded server held before the recording began, as far as its answers show: a snapshot that another server
// can start from (server-and-state.md 12). Records that the recorded clients made themselves are left out.
//
// Threads: pure.
#pragma once

#include <string>

#include "replay/capture.h"

namespace waypoint::replay {

std::string SeedOf(const Capture& capture);

}  // namespace waypoint::replay
