// What makes a job acceptable, and what it gets by default (jobs-and-runners.md 3.1).
//
// Owns:    nothing. The first function is pure, the second reads records.
// Errors:  Unimplemented without a known operation; FailedPrecondition naming all violations; NotFound for
//          the project.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "state/store.h"
#include "waypoint/record.pb.h"

namespace waypoint::jobs {

namespace pb = ::hashicorp::waypoint;

absl::Status CheckJob(const pb::Job& job);
// A duration as clients write it ("30s", "1h30m").
absl::StatusOr<absl::Duration> ParseWait(absl::string_view text);

// Fields that only the server sets are cleared, id and expiry are set, the data source comes from the project.
absl::Status Prepare(const state::View& view, pb::Job& job, absl::string_view expires_in, absl::Time now,
                     std::string new_id);

}  // namespace waypoint::jobs
