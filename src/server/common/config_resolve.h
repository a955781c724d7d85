// Which variables and sources of values apply in a place (logs-exec-entrypoint.md 9, 10). Dynamic values are
// resolved by whoever uses them, never here.
//
// Threads: the store's; within a step or look.
// Errors:  none. A stored label selector that does not parse matches nothing.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "state/store.h"
#include "waypoint/config.pb.h"

namespace waypoint::server {

struct ConfigScope {
  // Neither: global variables only. Project alone: everything of it and its applications, nothing merged.
  std::string project;
  std::string application;
  std::optional<std::string> runner_id;  // set: only variables for runners; "-" is no runner's id
  std::string workspace;                 // empty: any
  std::map<std::string, std::string> labels;
  std::string name_prefix;
};
std::vector<::hashicorp::waypoint::ConfigVar> ResolveConfig(const state::View& view, const ConfigScope& scope);

struct SourceScope {
  bool all = false;  // of every scope and workspace
  std::string project, application;
  std::string workspace;    // empty: any
  std::string type_prefix;  // empty: any
};
// Weakest first, not merged: per type the last one counts.
std::vector<::hashicorp::waypoint::ConfigSource> ResolveSources(const state::View& view, const SourceScope& scope);

}  // namespace waypoint::server
