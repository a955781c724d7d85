// Plain text helpers of the terminal output: wrapping, widths, relative times (cli.md 7).
//
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace waypoint::cli {

// Breaks at spaces; words longer than the width stay whole. Line breaks of the text are kept.
std::vector<std::string> WrapText(absl::string_view text, int width);

// Columns a terminal needs: UTF-8, emoji count two, escape sequences none.
int DisplayWidth(absl::string_view text);
// The longest beginning that fits.
std::string TruncateToWidth(absl::string_view text, int width);
std::string StripAnsi(absl::string_view text);

// "now", "3 minutes ago" ...
std::string RelativeTime(absl::Time then, absl::Time now);

// "24h0m0s", as the server reads durations.
std::string GoDuration(absl::Duration duration);

}  // namespace waypoint::cli
