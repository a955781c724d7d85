// Which jobs a list shows, and which of them fit one answer (jobs-and-runners.md 6).
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "server/jobs/job_index.h"
#include "state/store.h"
#include "waypoint/job.pb.h"

namespace waypoint::jobs {

// All conditions of the request must hold.
bool Shown(const pb::ListJobsRequest& request, const pb::Job& job);

// Ascending by id. Without page_size: everything up to `limit_bytes`, beyond that the newest that fit and the
// token of the older rest. With page_size: pages in ascending order, with tokens of what comes before and after.
absl::StatusOr<pb::ListJobsResponse> ListJobs(const state::View& view, const JobIndex& index,
                                              const pb::ListJobsRequest& request,
                                              absl::FunctionRef<void(pb::Job&)> finish,
                                              size_t limit_bytes = 3'500 * 1024);

}  // namespace waypoint::jobs
