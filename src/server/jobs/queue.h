// From a job as a client sends it to records that wait for a runner, in one transaction
// (jobs-and-runners.md 3, 9). Also for jobs that the server makes itself.
//
// Threads: the loop.
// Errors:  those of job_rules.h, on_demand.h and Step::Create; nothing is created then.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/jobs/step.h"
#include "waypoint/job.pb.h"

namespace waypoint::jobs {

// WAYPOINT_SERVER_* of a new on-demand runner: addresses, and a token valid for an hour.
using RunnerEnvironment = std::function<absl::StatusOr<std::map<std::string, std::string>>(state::Txn&)>;

struct NewJob {
  pb::Job job;
  std::string expires_in;
  std::string queued_by;
};

class JobQueue {
 public:
  explicit JobQueue(RunnerEnvironment environment = nullptr) : environment_(std::move(environment)) {}

  // The ids to follow, in the order of the requests. All or none.
  absl::StatusOr<std::vector<std::string>> Add(Step& step, std::vector<NewJob> jobs) const;
  absl::StatusOr<std::string> Add(Step& step, NewJob job) const;

 private:
  absl::Status AddOne(Step& step, NewJob new_job, std::vector<pb::Job>& jobs, std::vector<std::string>& ids) const;

  const RunnerEnvironment environment_;
};

}  // namespace waypoint::jobs
