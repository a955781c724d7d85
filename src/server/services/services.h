// Everything that answers calls, put together once.
//
// Owns:    all services; the store, the clock, the ids and the fetcher outlive them, they outlive every session.
// Threads: the loop, once the server listens.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/ids.h"
#include "server/access/access_guard.h"
#include "server/access/auth_methods.h"
#include "server/access/server_config.h"
#include "server/access/token_service.h"
#include "server/access/user_index.h"
#include "server/access/user_service.h"
#include "server/entrypoints/entrypoint_service.h"
#include "server/fetcher.h"
#include "server/handler.h"
#include "server/jobs/engine.h"
#include "server/jobs/job_service.h"
#include "server/jobs/job_stream.h"
#include "server/jobs/queue.h"
#include "server/jobs/task_service.h"
#include "server/oidc/oidc_service.h"
#include "server/polling/poll_service.h"
#include "server/records/record_retention.h"
#include "server/records/records.h"
#include "server/runners/profile_service.h"
#include "server/runners/runner_service.h"
#include "state/store.h"

namespace waypoint::server {

// The indexes that services ask; the store owns them.
struct Indexes {
  jobs::JobIndex* jobs = nullptr;
  RecordIndexes records;
  UserIndex* users = nullptr;
};
Indexes AddIndexes(state::StoreOptions& options);

class Services {
 public:
  Services(state::Store& store, const Indexes& indexes, Clock& clock, IdSource& ids, Fetcher& fetcher,
           const std::string& version, const RetentionOptions& retention = {});
  void Register(Table& table);
  // After the table is complete: timers and leases of jobs, pruning, polling.
  void Start() {
    engine_.Start();
    retention_.Start();
    polling_.Start();
  }
  Guard& guard() { return guard_; }
  jobs::Engine& engine() { return engine_; }
  const entrypoints::EntrypointService& entrypoints() const { return entrypoints_; }

 private:
  AccessGuard guard_;
  TokenService tokens_;
  UserService users_;
  ServerConfigService config_;
  AuthMethodService auth_methods_;
  OidcService oidc_;
  jobs::Engine engine_;
  jobs::JobQueue queue_;
  Records records_;
  RecordRetention retention_;
  jobs::JobService jobs_;
  jobs::JobStreams job_streams_;
  jobs::TaskService tasks_;
  runners::RunnerService runners_;
  runners::ProfileService profiles_;
  polling::PollService polling_;
  entrypoints::EntrypointService entrypoints_;
};

}  // namespace waypoint::server
