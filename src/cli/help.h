// The help texts: top, group, command (cli.md 1).
//
// Threads: pure functions.
#pragma once

#include <string>

#include "cli/command.h"

namespace waypoint::cli {

std::string TopHelp(const Registry& registry, absl::string_view version, bool colors);
std::string GroupHelp(const Registry& registry, const GroupInfo& group, bool colors);
std::string CommandHelp(const Registry& registry, const CommandInfo& command, const FlagSet& flags, bool colors);

}  // namespace waypoint::cli
