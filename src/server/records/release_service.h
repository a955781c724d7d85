// Releases (server-and-state.md 8).
//
// Threads: the loop.
#pragma once

#include "server/handler.h"
#include "server/records/indexes.h"
#include "state/store.h"
#include "waypoint/operation.pb.h"
#include "waypoint/ui.pb.h"

namespace waypoint::server {

class ReleaseService {
 public:
  ReleaseService(state::Store& store, RecordIndexes indexes) : store_(store), indexes_(indexes) {}
  void Register(Table& table);

  void Upsert(const Caller& caller, const ::hashicorp::waypoint::UpsertReleaseRequest& request,
              Reply<::hashicorp::waypoint::UpsertReleaseResponse> reply);
  void Get(const Caller& caller, const ::hashicorp::waypoint::GetReleaseRequest& request,
           Reply<::hashicorp::waypoint::Release> reply);
  void List(const Caller& caller, const ::hashicorp::waypoint::ListReleasesRequest& request,
            Reply<::hashicorp::waypoint::ListReleasesResponse> reply);
  void Latest(const Caller& caller, const ::hashicorp::waypoint::GetLatestReleaseRequest& request,
              Reply<::hashicorp::waypoint::Release> reply);
  void UiList(const Caller& caller, const ::hashicorp::waypoint::UI::ListReleasesRequest& request,
              Reply<::hashicorp::waypoint::UI::ListReleasesResponse> reply);

 private:
  absl::Status Load(const state::View& view, const std::string& id, ::hashicorp::waypoint::Release::LoadDetails details,
                    ::hashicorp::waypoint::Release* release) const;

  state::Store& store_;
  const RecordIndexes indexes_;
};

}  // namespace waypoint::server
