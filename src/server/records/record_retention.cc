#include "server/records/record_retention.h"

#include <algorithm>

#include "waypoint/record.pb.h"

namespace waypoint::server {

namespace pb = ::hashicorp::waypoint;

RecordRetention::RecordRetention(state::Store& store, Clock& clock, RecordIndexes indexes,
                                 const RetentionOptions& options)
    : clock_(clock), indexes_(indexes), options_(options), pruner_(store, clock, options.interval, MakeWork()) {}

Pruner::Work RecordRetention::MakeWork() {
  Pruner::Work work;
  work.what = "status reports";
  work.pick = [this](size_t at_most) { return PickReports(at_most); };
  work.erase = [](state::Txn& txn, const std::string& id) {
    txn.Delete<pb::StatusReport>(id);
    return std::vector<std::string>{id};
  };
  work.over = [this] { HideDeployments(); };
  return work;
}

std::vector<std::string> RecordRetention::PickReports(size_t at_most) const {
  const OperationIndex& reports = *indexes_.status_reports;
  const RetentionLimit& limit = options_.status_reports;
  std::vector<std::string> ids = reports.Lowest(at_most);
  const size_t excess = limit.keep > 0 && reports.size() > limit.keep ? reports.size() - limit.keep : 0;
  const std::string oldest_to_keep = OldestIdToKeep(clock_.Now(), limit.age);
  size_t count = 0;
  while (count < ids.size() && (count < excess || ids[count] < oldest_to_keep)) ++count;
  ids.resize(count);
  return ids;
}

void RecordRetention::HideDeployments() {
  if (options_.deployments > 0) indexes_.deployments->KeepHighest(options_.deployments);
}

}  // namespace waypoint::server
