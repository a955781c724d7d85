// May this job start now, and if not, why: assignment and explanation are one function
// (design.md 4; jobs-and-runners.md 4).
//
// Owns:    nothing. The world is asked, never changed.
// Errors:  none; only jobs that are QUEUED, or WAITING for their runner to acknowledge them, are considered.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "server/jobs/target.h"
#include "waypoint/record.pb.h"
#include "waypoint/runner.pb.h"

namespace waypoint::jobs {

// A runner that is connected.
struct FleetRunner {
  RunnerView view;
  bool adopted = true;
  bool idle = false;     // a stream of it waits for a job
  std::string busy_job;  // one that it works on
};

class World {
 public:
  virtual ~World() = default;
  // The records of dependencies that are neither ERROR nor SUCCESS yet.
  virtual std::vector<std::shared_ptr<const pb::Job>> Unfinished(const pb::Job& job) const = 0;
  // The job that holds this lock, if any.
  virtual std::shared_ptr<const pb::Job> LockHolder(const std::string& lock_key) const = 0;
  // In a fixed order, until `each` returns false.
  virtual void ForEachRunner(absl::FunctionRef<bool(const FleetRunner&)> each) const = 0;
  // The job that starts, and the one that watches, the on-demand runner of this job; null if it has none.
  virtual std::shared_ptr<const pb::Job> StartJob(const pb::Job& job) const = 0;
  virtual std::shared_ptr<const pb::Job> WatchJob(const pb::Job& job) const = 0;
  virtual std::string UserName(const std::string& user_id) const = 0;
};

struct Assignable {
  std::string runner_id;
};
using Blocked = pb::Job::Blocked;
using Verdict = std::variant<Assignable, Blocked>;

Verdict Consider(const pb::Job& job, const World& world, absl::Time now);

}  // namespace waypoint::jobs
