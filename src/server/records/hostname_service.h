// The URL service is gone: its calls say so (server-and-state.md 10.1).
//
// Threads: the loop.
#pragma once

#include "google/protobuf/empty.pb.h"
#include "server/handler.h"
#include "waypoint/server.pb.h"

namespace waypoint::server {

class HostnameService {
 public:
  void Register(Table& table);

  void Create(const Caller& caller, const ::hashicorp::waypoint::CreateHostnameRequest& request,
              Reply<::hashicorp::waypoint::CreateHostnameResponse> reply);
  void List(const Caller& caller, const ::hashicorp::waypoint::ListHostnamesRequest& request,
            Reply<::hashicorp::waypoint::ListHostnamesResponse> reply);
  void Delete(const Caller& caller, const ::hashicorp::waypoint::DeleteHostnameRequest& request,
              Reply<google::protobuf::Empty> reply);
};

}  // namespace waypoint::server
