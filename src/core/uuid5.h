// A name-based UUID (RFC 4122, version 5) in the DNS namespace, as the ids of generations are made.
//
// Threads: pure function.  Units: lower-case hex without dashes.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace waypoint::core {

std::string Uuid5Dns(absl::string_view name);

}  // namespace waypoint::core
