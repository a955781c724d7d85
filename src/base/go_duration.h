// Durations as Go writes and reads them: "30s", "1h30m", "-1.5h", "100ms", "20µs". The wire, tokens and configuration
// carry them as text.
//
// Threads: pure functions.
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace waypoint {

// Nothing where the text is no such duration, also for the empty text and for what 64 bits of nanoseconds cannot hold.
std::optional<absl::Duration> ParseGoDuration(absl::string_view text);

}  // namespace waypoint
