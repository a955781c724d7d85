// The indexes that the services of records ask: owned by the store, seen from here.
#pragma once

#include "server/common/operation_index.h"
#include "server/records/init_job_index.h"
#include "state/store.h"

namespace waypoint::server {

struct RecordIndexes {
  OperationIndex* builds = nullptr;
  OperationIndex* artifacts = nullptr;
  OperationIndex* deployments = nullptr;
  OperationIndex* releases = nullptr;
  OperationIndex* status_reports = nullptr;
  InitJobIndex* init_jobs = nullptr;
};

// Adds them to the options of a store that is about to be opened; the store owns them.
inline RecordIndexes AddRecordIndexes(state::StoreOptions& options) {
  auto add = [&options](state::Table table) {
    auto index = std::make_unique<OperationIndex>(table);
    OperationIndex* raw = index.get();
    options.indexes.push_back(std::move(index));
    return raw;
  };
  auto init_jobs = std::make_unique<InitJobIndex>();
  InitJobIndex* raw_init_jobs = init_jobs.get();
  options.indexes.push_back(std::move(init_jobs));
  return {add(state::Table::kBuild),   add(state::Table::kArtifact),     add(state::Table::kDeployment),
          add(state::Table::kRelease), add(state::Table::kStatusReport), raw_init_jobs};
}

}  // namespace waypoint::server
