// Which runner may take which job (jobs-and-runners.md 4). Pure.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "waypoint/record.pb.h"
#include "waypoint/runner.pb.h"

namespace waypoint::jobs {

namespace pb = ::hashicorp::waypoint;

using Labels = std::map<std::string, std::string>;

struct RunnerView {
  std::string id;
  bool by_id_only = false;
  Labels labels;
};
RunnerView ViewOf(const pb::Runner& runner);

// Jobs of one target wait in one queue: the same text for the same target.
std::string TargetKey(const pb::Ref::Runner& target);
Labels LabelsOf(const pb::Ref::Runner& target);

// Nothing if the runner fits; else what misses, to follow "runner X: ".
std::optional<std::string> Mismatch(const pb::Ref::Runner& target, const RunnerView& runner);

// Deploy, Destroy and Release of one app in one workspace exclude each other. Empty: takes no lock.
std::string LockKey(const pb::Job& job);

// "deploy", "status_report", ...: the name of the operation.
std::string OperationName(const pb::Job& job);

}  // namespace waypoint::jobs
