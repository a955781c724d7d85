// One entry a command; each is defined in the file of its name.
#pragma once

#include <vector>

#include "cli/command.h"

namespace waypoint::cli {

CommandInfo VersionCommand();
CommandInfo InitCommand();
CommandInfo UpCommand();

}  // namespace waypoint::cli
