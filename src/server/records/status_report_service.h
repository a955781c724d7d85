// Status reports (server-and-state.md 8).
//
// Threads: the loop.
#pragma once

#include "server/handler.h"
#include "server/records/indexes.h"
#include "state/store.h"
#include "waypoint/operation.pb.h"

namespace waypoint::server {

class StatusReportService {
 public:
  StatusReportService(state::Store& store, RecordIndexes indexes) : store_(store), indexes_(indexes) {}
  void Register(Table& table);

  void Upsert(const Caller& caller, const ::hashicorp::waypoint::UpsertStatusReportRequest& request,
              Reply<::hashicorp::waypoint::UpsertStatusReportResponse> reply);
  void Get(const Caller& caller, const ::hashicorp::waypoint::GetStatusReportRequest& request,
           Reply<::hashicorp::waypoint::StatusReport> reply);
  void List(const Caller& caller, const ::hashicorp::waypoint::ListStatusReportsRequest& request,
            Reply<::hashicorp::waypoint::ListStatusReportsResponse> reply);
  void Latest(const Caller& caller, const ::hashicorp::waypoint::GetLatestStatusReportRequest& request,
              Reply<::hashicorp::waypoint::StatusReport> reply);

 private:
  state::Store& store_;
  const RecordIndexes indexes_;
};

}  // namespace waypoint::server
