// Small calls that belong to no record of their own: where deployments find the server, events, the formatter
// (server-and-state.md 9, 11.1, 13).
//
// Threads: the loop.
#pragma once

#include "server/handler.h"
#include "state/store.h"
#include "waypoint/runner.pb.h"
#include "waypoint/server.pb.h"
#include "waypoint/ui.pb.h"

namespace waypoint::server {

class MiscService {
 public:
  explicit MiscService(state::Store& store) : store_(store) {}
  void Register(Table& table);

  void DeploymentConfig(const Caller& caller, const ::hashicorp::waypoint::RunnerGetDeploymentConfigRequest& request,
                        Reply<::hashicorp::waypoint::RunnerGetDeploymentConfigResponse> reply);
  void ListEvents(const Caller& caller, const ::hashicorp::waypoint::UI::ListEventsRequest& request,
                  Reply<::hashicorp::waypoint::UI::ListEventsResponse> reply);
  void FormatHcl(const Caller& caller, const ::hashicorp::waypoint::WaypointHclFmtRequest& request,
                 Reply<::hashicorp::waypoint::WaypointHclFmtResponse> reply);

 private:
  state::Store& store_;
};

}  // namespace waypoint::server
