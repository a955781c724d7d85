// Wraps a job into the chain start, watch, job, stop of an on-demand runner (jobs-and-runners.md 9). Pure.
//
// Errors:  FailedPrecondition for a custom task whose operation is not a no-op.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "waypoint/record.pb.h"
#include "waypoint/runner.pb.h"

namespace waypoint::jobs {

namespace pb = ::hashicorp::waypoint;

struct OnDemandIds {
  std::string task, start, watch, stop, runner;
};

struct OnDemandChain {
  pb::Task task;
  std::vector<pb::Job> jobs;  // in the order in which they run
  std::string main_job_id;    // what the caller is told
};

// `environment`: how the new runner finds this server and with which token.
absl::StatusOr<OnDemandChain> WrapOnDemand(pb::Job source, const pb::OnDemandRunnerConfig& profile,
                                           const OnDemandIds& ids,
                                           const std::map<std::string, std::string>& environment);

}  // namespace waypoint::jobs
