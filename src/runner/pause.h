// A pause that a stop ends.
//
// Threads: any.
#pragma once

#include <stop_token>

#include "absl/time/time.h"

namespace waypoint::runner {

void PauseFor(absl::Duration pause, std::stop_token stop);

}  // namespace waypoint::runner
