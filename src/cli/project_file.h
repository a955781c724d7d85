// What the command line itself needs to know from waypoint.hcl; everything else is read by the runner.
//
// Threads: a value.
// Errors:  LoadProjectFile: diagnostics with file, line and the line itself.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "waypoint/record.pb.h"

namespace waypoint::cli {

struct ProjectFile {
  std::string path;
  hashicorp::waypoint::Project project;  // name, remote_enabled, data source, polls, as `init` registers it
  std::vector<std::string> apps;
  std::vector<std::string> pipelines;
  std::string runner_profile;
  std::map<std::string, std::string> app_runner_profiles;
  std::vector<std::string> warnings;
};

// waypoint.hcl or waypoint.hcl.json in `folder` or the nearest parent. "" if there is none.
std::string FindProjectFile(const std::string& folder);
absl::StatusOr<ProjectFile> LoadProjectFile(const std::string& path, const std::string& workspace);

}  // namespace waypoint::cli
