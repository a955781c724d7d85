// One entry a command; each is defined in the file of its name.
#pragma once

#include <vector>

#include "cli/command.h"

namespace waypoint::cli {

CommandInfo DeploymentDestroyCommand();
CommandInfo DeploymentListCommand();
CommandInfo DestroyCommand();
CommandInfo InitCommand();
CommandInfo LogsCommand();
CommandInfo ReleaseCommand();
CommandInfo ServerRunCommand();
CommandInfo StatusCommand();
CommandInfo UpCommand();
CommandInfo VersionCommand();

// Families, and commands with two names.
std::vector<CommandInfo> BuildCommands();
std::vector<CommandInfo> ContextCommands();
std::vector<CommandInfo> DeployCommands();
std::vector<CommandInfo> LocalServerCommands();

}  // namespace waypoint::cli
