#include "plugin/component.h"

namespace waypoint::plugin {

absl::string_view ComponentTypeName(ComponentType type) {
  switch (type) {
    case ComponentType::kBuilder:
      return "builder";
    case ComponentType::kRegistry:
      return "registry";
    case ComponentType::kPlatform:
      return "platform";
    case ComponentType::kReleaser:
      return "releasemanager";
    case ComponentType::kConfigSourcer:
      return "configsourcer";
    case ComponentType::kTaskLauncher:
      return "tasklauncher";
  }
  return "component";
}

absl::string_view FunctionName(Function function) {
  switch (function) {
    case Function::kBuild:
      return "Build";
    case Function::kBuildOdr:
      return "BuildODR";
    case Function::kAccess:
      return "Access";
    case Function::kPush:
      return "Push";
    case Function::kDeploy:
      return "Deploy";
    case Function::kGeneration:
      return "Generation";
    case Function::kRelease:
      return "Release";
    case Function::kDestroy:
      return "Destroy";
    case Function::kDestroyWorkspace:
      return "DestroyWorkspace";
    case Function::kStatus:
      return "Status";
    case Function::kExec:
      return "Exec";
    case Function::kLogs:
      return "Logs";
    case Function::kAuth:
      return "Auth";
    case Function::kValidateAuth:
      return "ValidateAuth";
    case Function::kStartTask:
      return "StartTask";
    case Function::kStopTask:
      return "StopTask";
    case Function::kWatchTask:
      return "WatchTask";
  }
  return "";
}

}  // namespace waypoint::plugin
