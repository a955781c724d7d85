#include <iterator>

#include "cli/app.h"
#include "cli/commands/commands.h"

namespace waypoint::cli {

Registry AllCommands() {
  std::vector<CommandInfo> commands = {
      DeploymentDestroyCommand(), DeploymentListCommand(), DestroyCommand(), InitCommand(), LogsCommand(),
      ReleaseCommand(),           ServerRunCommand(),      StatusCommand(),  UpCommand(),   VersionCommand()};
  for (auto family : {&BuildCommands, &ContextCommands, &DeployCommands, &LocalServerCommands}) {
    std::vector<CommandInfo> more = family();
    std::move(more.begin(), more.end(), std::back_inserter(commands));
  }
  std::vector<GroupInfo> groups = {{"artifact", "Artifact management"},
                                   {"context", "Server access configurations"},
                                   {"deployment", "Deployment management"},
                                   {"server", "Server management"}};
  return Registry(std::move(commands), std::move(groups));
}

}  // namespace waypoint::cli
