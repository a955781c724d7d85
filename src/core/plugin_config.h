// A component's configuration that stands alone, outside any waypoint.hcl: that of a runner profile's task launcher.
// No variables, no functions.
//
// Threads: pure function.  Errors: InvalidArgument with the place.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "protostructure/structure.pb.h"
#include "waypoint/common.pb.h"

namespace waypoint::core {

absl::StatusOr<std::string> PluginConfigJson(const std::string& text, ::hashicorp::waypoint::Hcl::Format format,
                                             const protostructure::Struct& structure);

}  // namespace waypoint::core
