// `process`: builds, runs and releases apps as ordinary processes of this machine (docs/process.md).
//
// Threads: the plugin is immutable; each component instance belongs to one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "builtin/process/layout.h"
#include "plugin/component.h"

namespace waypoint::builtin::process {

struct Options {
  Layout layout = Layout::ForUser();
  std::string entrypoint;  // empty: the program waypoint-entrypoint beside this one
  std::vector<std::string> front_program = {"/proc/self/exe", "process-front"};
};

std::shared_ptr<plugin::Plugin> MakePlugin(Options options = {});

}  // namespace waypoint::builtin::process
