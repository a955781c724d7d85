// All services of records in one object: what the server makes and registers.
//
// Threads: the loop.
#pragma once

#include "server/handler.h"
#include "server/records/artifact_service.h"
#include "server/records/build_service.h"
#include "server/records/config_service.h"
#include "server/records/deployment_service.h"
#include "server/records/hostname_service.h"
#include "server/records/indexes.h"
#include "server/records/misc_service.h"
#include "server/records/project_service.h"
#include "server/records/release_service.h"
#include "server/records/status_report_service.h"
#include "server/records/workspace_service.h"

namespace waypoint::server {

class Records {
 public:
  // `indexes`: what AddRecordIndexes gave for the options of this store.
  Records(state::Store& store, RecordIndexes indexes, jobs::Engine& engine, const jobs::JobQueue& queue);
  void Register(Table& table);

 private:
  ProjectService projects_;
  WorkspaceService workspaces_;
  BuildService builds_;
  ArtifactService artifacts_;
  DeploymentService deployments_;
  ReleaseService releases_;
  StatusReportService status_reports_;
  ConfigService config_;
  HostnameService hostnames_;
  MiscService misc_;
};

}  // namespace waypoint::server
