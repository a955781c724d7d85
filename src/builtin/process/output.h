// What an app wrote: the end of its output file, without the lines of the wrapper around it.
//
// Threads: any. Errors: an absent file has no lines.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace waypoint::builtin::process {

// Without a newline at the end.
std::string LastAppLines(const std::string& path, int lines);

// A log line of waypoint-entrypoint: "2026-01-02T03:04:05.678Z [INFO]  entrypoint...".
bool IsEntrypointLine(absl::string_view line);

}  // namespace waypoint::builtin::process
