// Errors as records and job messages carry them.
//
// Threads: pure functions.  Errors: none.
#pragma once

#include "absl/status/status.h"
#include "google/rpc/status.pb.h"

namespace waypoint::core {

google::rpc::Status ToRpcStatus(const absl::Status& status);
absl::Status FromRpcStatus(const google::rpc::Status& status);

}  // namespace waypoint::core
