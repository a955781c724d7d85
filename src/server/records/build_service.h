// Builds (server-and-state.md 8).
//
// Threads: the loop.
#pragma once

#include "server/handler.h"
#include "server/records/indexes.h"
#include "state/store.h"
#include "waypoint/operation.pb.h"

namespace waypoint::server {

class BuildService {
 public:
  BuildService(state::Store& store, RecordIndexes indexes) : store_(store), indexes_(indexes) {}
  void Register(Table& table);

  void Upsert(const Caller& caller, const ::hashicorp::waypoint::UpsertBuildRequest& request,
              Reply<::hashicorp::waypoint::UpsertBuildResponse> reply);
  void Get(const Caller& caller, const ::hashicorp::waypoint::GetBuildRequest& request,
           Reply<::hashicorp::waypoint::Build> reply);
  void List(const Caller& caller, const ::hashicorp::waypoint::ListBuildsRequest& request,
            Reply<::hashicorp::waypoint::ListBuildsResponse> reply);
  void Latest(const Caller& caller, const ::hashicorp::waypoint::GetLatestBuildRequest& request,
              Reply<::hashicorp::waypoint::Build> reply);

 private:
  state::Store& store_;
  const RecordIndexes indexes_;
};

}  // namespace waypoint::server
