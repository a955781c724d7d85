// Old status reports leave the store, old deployments the lists (server-and-state.md 5.3).
//
// Owns:    its timer.
// Threads: the loop.
#pragma once

#include <string>
#include <vector>

#include "server/common/pruner.h"
#include "server/records/indexes.h"

namespace waypoint::server {

class RecordRetention {
 public:
  RecordRetention(state::Store& store, Clock& clock, RecordIndexes indexes, const RetentionOptions& options);
  void Start() { pruner_.Start(); }

 private:
  Pruner::Work MakeWork();
  std::vector<std::string> PickReports(size_t at_most) const;
  void HideDeployments();

  Clock& clock_;
  const RecordIndexes indexes_;
  const RetentionOptions options_;
  Pruner pruner_;
};

}  // namespace waypoint::server
