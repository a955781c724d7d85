#include "server/common/operation_facts.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "ptypes/names.h"
#include "ptypes/refs.h"
#include "waypoint/record.pb.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;
using state::Table;

// Times that nanoseconds cannot hold count as the first or the last that they can. The very last is not used:
// lists tell "no time" by it.
int64_t Nanos(const google::protobuf::Timestamp& time) {
  constexpr int64_t kPerSecond = 1'000'000'000;
  constexpr int64_t kLimit = std::numeric_limits<int64_t>::max() / kPerSecond - 3;
  return std::clamp(time.seconds(), -kLimit, kLimit) * kPerSecond + time.nanos();
}

template <typename Record>
OperationFacts Common(const Record& record) {
  OperationFacts facts;
  facts.application = ptypes::ApplicationKey(record.application());
  facts.workspace = ptypes::FoldCase(record.workspace().workspace());
  if (record.status().has_start_time()) facts.start = Nanos(record.status().start_time());
  if (record.status().has_complete_time()) facts.complete = Nanos(record.status().complete_time());
  facts.state = record.status().state();
  return facts;
}

template <typename Record>
OperationFacts WithSequence(const Record& record) {
  OperationFacts facts = Common(record);
  facts.sequence = record.sequence();
  return facts;
}

OperationFacts OfDeployment(const pb::Deployment& deployment) {
  OperationFacts facts = WithSequence(deployment);
  facts.physical_state = deployment.state();
  facts.generation = deployment.generation().id();
  return facts;
}

OperationFacts OfRelease(const pb::Release& release) {
  OperationFacts facts = WithSequence(release);
  facts.physical_state = release.state();
  return facts;
}

OperationFacts OfStatusReport(const pb::StatusReport& report) {
  OperationFacts facts = Common(report);
  if (report.has_deployment_id()) facts.target = DeploymentTarget(report.deployment_id());
  if (report.has_release_id()) facts.target = ReleaseTarget(report.release_id());
  return facts;
}

}  // namespace

OperationFacts FactsOf(Table table, const state::Message& record) {
  switch (table) {
    case Table::kBuild:
      return WithSequence(static_cast<const pb::Build&>(record));
    case Table::kArtifact:
      return WithSequence(static_cast<const pb::PushedArtifact&>(record));
    case Table::kDeployment:
      return OfDeployment(static_cast<const pb::Deployment&>(record));
    case Table::kRelease:
      return OfRelease(static_cast<const pb::Release&>(record));
    case Table::kStatusReport:
      return OfStatusReport(static_cast<const pb::StatusReport&>(record));
    default:
      return {};
  }
}

std::string DeploymentTarget(absl::string_view deployment_id) { return absl::StrCat("deployment/", deployment_id); }
std::string ReleaseTarget(absl::string_view release_id) { return absl::StrCat("release/", release_id); }

}  // namespace waypoint::server
