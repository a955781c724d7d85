// Task launcher: runs a task as a process of this machine, in a session of its own.
//
// The image of the task is not used: its entrypoint and arguments are run as they are. A program named
// "waypoint", as in on-demand runner images, is this program; so is the entrypoint of "runner agent ...", which
// the server leaves to the image.
#pragma once

#include <map>
#include <stop_token>
#include <string>

#include "builtin/process/plugin.h"
#include "builtin/process/settings.h"
#include "plugin/native.h"

namespace waypoint::builtin::process {

class TaskLauncher {
 public:
  struct Config {
    std::map<std::string, std::string> env;
    std::string stop_timeout;
  };
  explicit TaskLauncher(Options options) : options_(std::move(options)) {}

  absl::Status Check();
  absl::StatusOr<pb::TaskInfo> Start(const plugin::sdk::Args::TaskLaunchInfo& task);
  absl::Status Stop(plugin::Named<"state", pb::TaskInfo> state);
  absl::StatusOr<int> Watch(plugin::Ui& ui, plugin::Named<"state", pb::TaskInfo> state, std::stop_token stop);

  Config config;

 private:
  Options options_;
};

plugin::NativeType TaskLauncherType(const Options& options);

}  // namespace waypoint::builtin::process
