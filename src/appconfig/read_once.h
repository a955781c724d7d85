// Dynamic values that are wanted once, as defaults of input variables (logs-exec-entrypoint.md 11, last paragraph).
//
// Threads: the caller's; sources may talk to the network.
// Errors:  FailedPrecondition, naming the value and its source: nothing else can make up for a missing one.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "appconfig/sourcer.h"
#include "waypoint/config.pb.h"

namespace waypoint::appconfig {

// Requests by the type of their source. `settings`: as the server sends them, weakest first. JSON comes as its text.
absl::StatusOr<std::map<std::string, std::string>> ReadOnce(
    const std::map<std::string, std::vector<SourceRequest>>& requests,
    const std::vector<::hashicorp::waypoint::ConfigSource>& settings, const SourcerFactory& sourcers);

}  // namespace waypoint::appconfig
