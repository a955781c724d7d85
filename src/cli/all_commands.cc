#include <iterator>

#include "cli/app.h"
#include "cli/commands/commands.h"

namespace waypoint::cli {

Registry AllCommands() {
  std::vector<CommandInfo> commands = {
      DeploymentDestroyCommand(), DeploymentListCommand(), DestroyCommand(), DocsCommand(),    InitCommand(),
      JobListCommand(),           LoginCommand(),          LogsCommand(),    ReleaseCommand(), RunnerAgentCommand(),
      ServerRunCommand(),         StatusCommand(),         UpCommand(),      VersionCommand()};
  for (auto family :
       {&BuildCommands, &ConfigCommands, &ContextCommands, &DeployCommands, &JobCommands, &LocalServerCommands,
        &ProjectCommands, &RunnerCommands, &ServerAdminCommands, &UserCommands, &WorkspaceCommands}) {
    std::vector<CommandInfo> more = family();
    std::move(more.begin(), more.end(), std::back_inserter(commands));
  }
  std::vector<GroupInfo> groups = {{"artifact", "Artifact and build management"},
                                   {"config", "Application configuration management"},
                                   {"context", "Server access configurations"},
                                   {"deployment", "Deployment creation and management"},
                                   {"job", "Job management"},
                                   {"project", "Project management"},
                                   {"runner", "Runner management"},
                                   {"server", "Server management"},
                                   {"user", "User information and management"},
                                   {"workspace", "Workspace management"}};
  return Registry(std::move(commands), std::move(groups));
}

}  // namespace waypoint::cli
