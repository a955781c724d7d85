// The indexes that the services of records ask: owned by the store, seen from here.
#pragma once

#include "server/common/operation_index.h"
#include "state/store.h"

namespace waypoint::server {

struct RecordIndexes {
  OperationIndex* builds = nullptr;
  OperationIndex* artifacts = nullptr;
  OperationIndex* deployments = nullptr;
  OperationIndex* releases = nullptr;
  OperationIndex* status_reports = nullptr;
};

// Adds them to the options of a store that is about to be opened; the store owns them.
inline RecordIndexes AddRecordIndexes(state::StoreOptions& options) {
  auto add = [&options](state::Table table) {
    auto index = std::make_unique<OperationIndex>(table);
    OperationIndex* raw = index.get();
    options.indexes.push_back(std::move(index));
    return raw;
  };
  return {add(state::Table::kBuild), add(state::Table::kArtifact), add(state::Table::kDeployment),
          add(state::Table::kRelease), add(state::Table::kStatusReport)};
}

}  // namespace waypoint::server
