// What lists and searches ask about a build, artifact, deployment, release or status report
// (server-and-state.md 8).
//
// Units:   times in nanoseconds since 1970.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "state/store.h"

namespace waypoint::server {

struct OperationFacts {
  std::string application;  // ptypes::ApplicationKey
  std::string workspace;    // in lower case
  std::optional<int64_t> start, complete;
  int state = 0;           // pb::Status::State
  int physical_state = 0;  // pb::Operation::PhysicalState; 0 where the record has none
  uint64_t sequence = 0;   // 0 where the record has none
  std::string generation;  // deployments
  std::string target;      // status reports: TargetOf...
};

OperationFacts FactsOf(state::Table table, const state::Message& record);

// What a status report is about, as one text: "" for neither.
std::string DeploymentTarget(absl::string_view deployment_id);
std::string ReleaseTarget(absl::string_view release_id);

}  // namespace waypoint::server
