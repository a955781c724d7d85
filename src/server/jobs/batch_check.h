// May these jobs be created together (jobs-and-runners.md 3.2)? Pure.
//
// Errors:  NotFound for a dependency that exists nowhere, FailedPrecondition for the rest.
#pragma once

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "waypoint/record.pb.h"

namespace waypoint::jobs {

namespace pb = ::hashicorp::waypoint;

// Also removes duplicates from `depends_on`.
absl::Status CheckBatch(std::vector<pb::Job>& jobs, absl::FunctionRef<bool(const std::string& id)> stored);

}  // namespace waypoint::jobs
