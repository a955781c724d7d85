// One entry a command; each is defined in the file of its name.
#pragma once

#include <vector>

#include "cli/command.h"

namespace waypoint::cli {

CommandInfo DeploymentDestroyCommand();
CommandInfo DeploymentListCommand();
CommandInfo DestroyCommand();
CommandInfo DocsCommand();
CommandInfo ExecCommand();
CommandInfo FmtCommand();
CommandInfo InitCommand();
CommandInfo JobListCommand();
CommandInfo LoginCommand();
CommandInfo LogsCommand();
CommandInfo ProjectApplyCommand();
CommandInfo ReleaseCommand();
CommandInfo ReleaseListCommand();
CommandInfo RunnerAgentCommand();
CommandInfo ServerRunCommand();
CommandInfo StatusCommand();
CommandInfo UiCommand();
CommandInfo UpCommand();
CommandInfo VersionCommand();

// Families, and commands with two names.
std::vector<CommandInfo> ArtifactCommands();
std::vector<CommandInfo> AuthMethodCommands();
std::vector<CommandInfo> BuildCommands();
std::vector<CommandInfo> ConfigCommands();
std::vector<CommandInfo> ConfigSourceCommands();
std::vector<CommandInfo> ContextCommands();
std::vector<CommandInfo> DeployCommands();
std::vector<CommandInfo> HostnameCommands();
std::vector<CommandInfo> JobCommands();
std::vector<CommandInfo> LocalServerCommands();
std::vector<CommandInfo> ProjectCommands();
std::vector<CommandInfo> RoadmapCommands();
std::vector<CommandInfo> RunnerCommands();
std::vector<CommandInfo> RunnerProfileCommands();
std::vector<CommandInfo> ServerAdminCommands();
std::vector<CommandInfo> SnapshotCommands();
std::vector<CommandInfo> TaskCommands();
std::vector<CommandInfo> TokenCommands();
std::vector<CommandInfo> UserCommands();
std::vector<CommandInfo> WorkspaceCommands();

}  // namespace waypoint::cli
