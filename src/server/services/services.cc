#include "server/services/services.h"

#include <memory>
#include <utility>

#include "server/access/signing.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

absl::StatusOr<std::string> Mint(state::Txn& txn, pb::Token body) { return SignToken(txn, std::move(body)); }

template <typename Index>
Index* Add(state::StoreOptions& options) {
  auto index = std::make_unique<Index>();
  Index* raw = index.get();
  options.indexes.push_back(std::move(index));
  return raw;
}

// Nobody waits for them any more: memory holds what the indexes know, the rest is read when somebody asks.
bool IsFinishedJob(state::Table table, const state::Message& record) {
  if (table != state::Table::kJob) return false;
  const pb::Job::State state = static_cast<const pb::Job&>(record).state();
  return state == pb::Job::SUCCESS || state == pb::Job::ERROR;
}

}  // namespace

Indexes AddIndexes(state::StoreOptions& options) {
  Indexes indexes;
  indexes.jobs = Add<jobs::JobIndex>(options);
  indexes.users = Add<UserIndex>(options);
  indexes.records = AddRecordIndexes(options);
  options.keep_on_disk = IsFinishedJob;
  return indexes;
}

Services::Services(state::Store& store, const Indexes& indexes, Clock& clock, IdSource& ids, Fetcher& fetcher,
                   const std::string& version, const RetentionOptions& retention)
    : guard_(store, clock),
      tokens_(store, clock, *indexes.users),
      users_(store, *indexes.users),
      config_(store, version),
      auth_methods_(store),
      oidc_(store, *indexes.users, clock, ids, fetcher),
      engine_(store, *indexes.jobs, clock, ids, {.sources = nullptr, .retention = retention}),
      queue_(OnDemandEnvironment),
      records_(store, indexes.records, engine_, queue_),
      retention_(store, clock, indexes.records, retention),
      jobs_(engine_, queue_),
      job_streams_(engine_),
      tasks_(engine_),
      runners_(engine_, Mint),
      profiles_(engine_),
      polling_(engine_, queue_, indexes.records),
      entrypoints_(engine_, queue_, indexes.records.deployments) {}

void Services::Register(Table& table) {
  tokens_.Register(table);
  users_.Register(table);
  config_.Register(table);
  auth_methods_.Register(table);
  oidc_.Register(table);
  records_.Register(table);
  jobs_.Register(table);
  job_streams_.Register(table);
  tasks_.Register(table);
  runners_.Register(table);
  profiles_.Register(table);
  polling_.Register(table);
  entrypoints_.Register(table);
}

}  // namespace waypoint::server
