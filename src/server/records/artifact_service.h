// Pushed artifacts (server-and-state.md 8).
//
// Threads: the loop.
#pragma once

#include "server/handler.h"
#include "server/records/indexes.h"
#include "state/store.h"
#include "waypoint/operation.pb.h"

namespace waypoint::server {

class ArtifactService {
 public:
  ArtifactService(state::Store& store, RecordIndexes indexes) : store_(store), indexes_(indexes) {}
  void Register(Table& table);

  void Upsert(const Caller& caller, const ::hashicorp::waypoint::UpsertPushedArtifactRequest& request,
              Reply<::hashicorp::waypoint::UpsertPushedArtifactResponse> reply);
  void Get(const Caller& caller, const ::hashicorp::waypoint::GetPushedArtifactRequest& request,
           Reply<::hashicorp::waypoint::PushedArtifact> reply);
  void List(const Caller& caller, const ::hashicorp::waypoint::ListPushedArtifactsRequest& request,
            Reply<::hashicorp::waypoint::ListPushedArtifactsResponse> reply);
  void Latest(const Caller& caller, const ::hashicorp::waypoint::GetLatestPushedArtifactRequest& request,
              Reply<::hashicorp::waypoint::PushedArtifact> reply);

 private:
  absl::Status Load(const state::View& view, const std::string& id, bool include_build,
                    ::hashicorp::waypoint::PushedArtifact* artifact) const;

  state::Store& store_;
  const RecordIndexes indexes_;
};

}  // namespace waypoint::server
