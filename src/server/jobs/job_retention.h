// Old finished jobs leave the store: the oldest at the start, later failed ones before successful ones
// (server-and-state.md 5.3, jobs-and-runners.md 16).
//
// Owns:    its timer.
// Threads: the loop.
// Errors:  none; what could not be deleted is tried again later.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "server/common/pruner.h"
#include "server/jobs/job_index.h"

namespace waypoint::jobs {

class JobRetention {
 public:
  // `gone` learns of each deleted job.
  JobRetention(state::Store& store, Clock& clock, const JobIndex& index, server::RetentionOptions options,
               std::function<void(const std::string& id)> gone);
  void Start() { pruner_.Start(); }

 private:
  server::Pruner::Work MakeWork(std::function<void(const std::string& id)> gone);
  std::vector<std::string> Pick(size_t at_most) const;

  Clock& clock_;
  const JobIndex& index_;
  const server::RetentionLimit limit_;
  bool first_round_ = true;
  server::Pruner pruner_;
};

// Whether this id was that of a job that is deleted now: for dependencies, which count as done then.
bool WasDeleted(const state::View& view, const std::string& id);

}  // namespace waypoint::jobs
