#include <iterator>

#include "cli/app.h"
#include "cli/commands/commands.h"

namespace waypoint::cli {

Registry AllCommands() {
  std::vector<CommandInfo> commands = {DeploymentDestroyCommand(),
                                       DeploymentListCommand(),
                                       DestroyCommand(),
                                       DocsCommand(),
                                       ExecCommand(),
                                       FmtCommand(),
                                       InitCommand(),
                                       JobListCommand(),
                                       LoginCommand(),
                                       LogsCommand(),
                                       ProjectApplyCommand(),
                                       ReleaseCommand(),
                                       ReleaseListCommand(),
                                       RunnerAgentCommand(),
                                       ServerRunCommand(),
                                       StatusCommand(),
                                       UiCommand(),
                                       UpCommand(),
                                       VersionCommand()};
  for (auto family :
       {&ArtifactCommands, &AuthMethodCommands, &BuildCommands,    &ConfigCommands,        &ConfigSourceCommands,
        &ContextCommands,  &DeployCommands,     &HostnameCommands, &JobCommands,           &LocalServerCommands,
        &ProjectCommands,  &RoadmapCommands,    &RunnerCommands,   &RunnerProfileCommands, &ServerAdminCommands,
        &SnapshotCommands, &TaskCommands,       &TokenCommands,    &UserCommands,          &WorkspaceCommands}) {
    std::vector<CommandInfo> more = family();
    std::move(more.begin(), more.end(), std::back_inserter(commands));
  }
  std::vector<GroupInfo> groups = {{"artifact", "Artifact and build management"},
                                   {"auth-method", "Auth method management"},
                                   {"auth-method set", "Create or change an auth method"},
                                   {"config", "Application configuration management"},
                                   {"context", "Server access configurations"},
                                   {"deployment", "Deployment creation and management"},
                                   {"hostname", "Application URLs"},
                                   {"job", "Job management"},
                                   {"k8s", "Kubernetes: not available yet", true},
                                   {"pipeline", "Pipelines: not available yet", true},
                                   {"project", "Project management"},
                                   {"runner", "Runner management"},
                                   {"runner profile", "Runner profile management"},
                                   {"server", "Server management"},
                                   {"task", "Task management"},
                                   {"template", "Project templates: not available yet", true},
                                   {"token", "Tokens (deprecated: user)", true},
                                   {"trigger", "Triggers: not available yet", true},
                                   {"user", "User information and management"},
                                   {"workspace", "Workspace management"}};
  return Registry(std::move(commands), std::move(groups));
}

}  // namespace waypoint::cli
