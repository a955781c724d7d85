// Which jobs a list shows, and which of them fit one answer (jobs-and-runners.md 6).
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "server/jobs/job_index.h"
#include "state/store.h"
#include "waypoint/job.pb.h"

namespace waypoint::jobs {

// All conditions of the request must hold.
bool Shown(const pb::ListJobsRequest& request, const pb::Job& job);

// One answer to ListJobs, put together in slices: a filter that fits few jobs reads many from disk, and others want the
// thread as well. Between slices jobs may come, go and change; each is shown as it was when it was looked at.
//
// Ascending by id. Without page_size: everything up to `limit_bytes`, beyond that the newest that fit and the
// token of the older rest. With page_size: pages in ascending order, with tokens of what comes before and after.
class JobLister {
 public:
  static constexpr size_t kMaxBytes = 3'500 * 1024;

  static absl::StatusOr<JobLister> Of(pb::ListJobsRequest request, size_t limit_bytes = kMaxBytes);

  // Looks at no more than `at_most` jobs, `finish` completes what is shown. True: that was the last slice.
  bool Walk(const state::View& view, const JobIndex& index, absl::FunctionRef<void(pb::Job&)> finish, size_t at_most);
  pb::ListJobsResponse Finish();

 private:
  JobLister(pb::ListJobsRequest request, size_t limit_bytes)
      : request_(std::move(request)), limit_bytes_(limit_bytes) {}
  absl::Status ReadTokens();
  // The next id in the direction of the walk; null at the end.
  const std::string* Next(const std::set<std::string>& ids) const;
  bool Take(const pb::Job& job, absl::FunctionRef<void(pb::Job&)> finish);

  pb::ListJobsRequest request_;
  size_t limit_bytes_;
  bool newest_first_ = false;
  bool previous_page_ = false;  // was asked for: what is beyond comes before, not after
  std::string from_;            // beyond this id; "" with newest_first_: from the end
  std::string start_;           // what `from_` was at first
  bool more_ = false;
  std::vector<pb::Job> jobs_;  // in the direction of the walk
  size_t bytes_ = 0;
};

// All slices at once.
absl::StatusOr<pb::ListJobsResponse> ListJobs(const state::View& view, const JobIndex& index,
                                              const pb::ListJobsRequest& request,
                                              absl::FunctionRef<void(pb::Job&)> finish,
                                              size_t limit_bytes = JobLister::kMaxBytes);

}  // namespace waypoint::jobs
