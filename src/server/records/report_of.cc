#include "server/records/report_of.h"

#include <tuple>

namespace waypoint::server {
namespace {

// Less = to be preferred. "~" turns the order round, for every number there is.
auto Rank(const pb::StatusReport& report) {
  const bool timed = report.has_generated_time();
  const auto& start = report.status().start_time();
  return std::make_tuple(!timed, timed ? ~report.generated_time().seconds() : 0, !report.status().has_start_time(),
                         ~start.seconds(), ~start.nanos(), report.id());
}

}  // namespace

std::shared_ptr<const pb::StatusReport> NewestReportOf(const state::View& view, const OperationIndex& reports,
                                                       const OperationFilter& where, const std::string& target) {
  std::shared_ptr<const pb::StatusReport> newest;
  for (const std::string& id : reports.OfTarget(target)) {
    const OperationFacts* facts = reports.Find(id);
    if (facts->application != where.application) continue;
    if (where.workspace && facts->workspace != *where.workspace) continue;
    std::shared_ptr<const pb::StatusReport> report = view.Get<pb::StatusReport>(id);
    if (report != nullptr && (newest == nullptr || Rank(*report) < Rank(*newest))) newest = std::move(report);
  }
  return newest;
}

}  // namespace waypoint::server
