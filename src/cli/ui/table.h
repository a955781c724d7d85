// Draws a table as text (cli.md 7), with or without colours.
//
// Threads: pure function.
#pragma once

#include <string>

#include "cli/ui/ui.h"

namespace waypoint::cli {

std::string DrawTable(const Table& table, bool colors);

// The escape sequence that starts a named colour, "" for unknown names.
absl::string_view ColorCode(absl::string_view name);
inline constexpr absl::string_view kColorOff = "\x1b[0m";

}  // namespace waypoint::cli
