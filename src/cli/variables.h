// Input variables from the environment, files and flags, in the order in which later ones win (cli.md 4.3).
//
// Threads: pure apart from reading the files.
// Errors:  InvalidArgument / NotFound naming the file or the variable.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/environment.h"
#include "waypoint/common.pb.h"

namespace waypoint::cli {

absl::StatusOr<std::vector<hashicorp::waypoint::Variable>> CollectVariables(
    const Environment& env, const std::vector<std::string>& files, const std::map<std::string, std::string>& flags);

}  // namespace waypoint::cli
