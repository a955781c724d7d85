#include "state/tables.h"

#include <memory>

#include "state/store.h"

namespace waypoint::state {
namespace {

namespace pb = ::hashicorp::waypoint;

struct TableInfo {
  Table table;
  absl::string_view name;
  std::unique_ptr<Message> (*make)();
};

template <typename Record>
std::unique_ptr<Message> Make() {
  return std::make_unique<Record>();
}
template <typename Record>
constexpr TableInfo Info(absl::string_view name) {
  return {RecordTraits<Record>::kTable, name, &Make<Record>};
}

const TableInfo kTables[] = {
    {Table::kMeta, "meta", nullptr},
    Info<pb::Project>("project"),
    Info<pb::Workspace>("workspace"),
    Info<pb::Build>("build"),
    Info<pb::PushedArtifact>("artifact"),
    Info<pb::Deployment>("deployment"),
    Info<pb::Release>("release"),
    Info<pb::StatusReport>("status_report"),
    Info<pb::Job>("job"),
    Info<pb::Task>("task"),
    Info<pb::Trigger>("trigger"),
    Info<pb::Pipeline>("pipeline"),
    Info<pb::PipelineRun>("pipeline_run"),
    Info<pb::Runner>("runner"),
    Info<pb::OnDemandRunnerConfig>("runner_profile"),
    Info<pb::User>("user"),
    Info<pb::AuthMethod>("auth_method"),
    Info<pb::HMACKey>("hmac_key"),
    Info<pb::ConfigVar>("config_var"),
    Info<pb::ConfigSource>("config_source"),
    Info<pb::ServerConfig>("server_config"),
};
static_assert(std::size(kTables) == kTableCount - 1);

// Numbers count up from 1 without a gap.
const TableInfo* Find(Table table) {
  const size_t number = static_cast<size_t>(table);
  return number == 0 || number > std::size(kTables) ? nullptr : &kTables[number - 1];
}

}  // namespace

absl::string_view TableName(Table table) {
  const TableInfo* info = Find(table);
  return info == nullptr ? "unknown" : info->name;
}

std::unique_ptr<Message> NewRecord(Table table) {
  const TableInfo* info = Find(table);
  return info == nullptr || info->make == nullptr ? nullptr : info->make();
}

}  // namespace waypoint::state
