#include "cli/app.h"
#include "cli/commands/commands.h"

namespace waypoint::cli {

Registry AllCommands() {
  std::vector<CommandInfo> commands = {VersionCommand(), InitCommand(), UpCommand()};
  std::vector<GroupInfo> groups;
  return Registry(std::move(commands), std::move(groups));
}

}  // namespace waypoint::cli
