// Workspaces (server-and-state.md 7).
//
// Threads: the loop.
#pragma once

#include "server/handler.h"
#include "state/store.h"
#include "waypoint/project.pb.h"

namespace waypoint::server {

class WorkspaceService {
 public:
  explicit WorkspaceService(state::Store& store) : store_(store) {}
  void Register(Table& table);

  void Upsert(const Caller& caller, const ::hashicorp::waypoint::UpsertWorkspaceRequest& request,
              Reply<::hashicorp::waypoint::UpsertWorkspaceResponse> reply);
  void Get(const Caller& caller, const ::hashicorp::waypoint::GetWorkspaceRequest& request,
           Reply<::hashicorp::waypoint::GetWorkspaceResponse> reply);
  void List(const Caller& caller, const ::hashicorp::waypoint::ListWorkspacesRequest& request,
            Reply<::hashicorp::waypoint::ListWorkspacesResponse> reply);

 private:
  state::Store& store_;
};

}  // namespace waypoint::server
