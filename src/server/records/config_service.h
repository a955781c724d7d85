// Variables of applications and runners, and sources of their values (logs-exec-entrypoint.md 8-10).
//
// Threads: the loop.
#pragma once

#include "google/protobuf/empty.pb.h"
#include "server/handler.h"
#include "state/store.h"
#include "waypoint/config.pb.h"

namespace waypoint::server {

class ConfigService {
 public:
  explicit ConfigService(state::Store& store) : store_(store) {}
  void Register(Table& table);

  void Set(const Caller& caller, const ::hashicorp::waypoint::ConfigSetRequest& request,
           Reply<::hashicorp::waypoint::ConfigSetResponse> reply);
  void Delete(const Caller& caller, const ::hashicorp::waypoint::ConfigDeleteRequest& request,
              Reply<::hashicorp::waypoint::ConfigDeleteResponse> reply);
  void Get(const Caller& caller, const ::hashicorp::waypoint::ConfigGetRequest& request,
           Reply<::hashicorp::waypoint::ConfigGetResponse> reply);
  void SetSource(const Caller& caller, const ::hashicorp::waypoint::SetConfigSourceRequest& request,
                 Reply<google::protobuf::Empty> reply);
  void DeleteSource(const Caller& caller, const ::hashicorp::waypoint::DeleteConfigSourceRequest& request,
                    Reply<google::protobuf::Empty> reply);
  void GetSource(const Caller& caller, const ::hashicorp::waypoint::GetConfigSourceRequest& request,
                 Reply<::hashicorp::waypoint::GetConfigSourceResponse> reply);

 private:
  state::Store& store_;
};

}  // namespace waypoint::server
