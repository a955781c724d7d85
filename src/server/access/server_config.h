// The server's own record: id, cookie, the address that entrypoints dial (server-and-state.md 11.1).
//
// Threads: the loop; inside a transaction or a look.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/empty.pb.h"
#include "server/handler.h"
#include "state/store.h"
#include "waypoint/server.pb.h"
#include "waypoint/transport.pb.h"

namespace waypoint::server {

::hashicorp::waypoint::ServerConfig LoadServerConfig(const state::View& view);
void StoreServerConfig(state::Txn& txn, ::hashicorp::waypoint::ServerConfig config);
// Made once, at the first start.
void EnsureIdentity(state::Txn& txn);
std::string ServerId(const state::View& view);
// Replaces the one advertised address, keeps the rest.
void Advertise(state::Txn& txn, const ::hashicorp::waypoint::ServerConfig::AdvertiseAddr& address);

class ServerConfigService {
 public:
  ServerConfigService(state::Store& store, std::string version) : store_(store), version_(std::move(version)) {}
  void Register(Table& table);

 private:
  void Version(const Caller&, const google::protobuf::Empty&,
               Reply<::hashicorp::waypoint::GetVersionInfoResponse> reply);
  void Get(const Caller&, const google::protobuf::Empty&, Reply<::hashicorp::waypoint::GetServerConfigResponse> reply);
  void Set(const Caller&, const ::hashicorp::waypoint::SetServerConfigRequest& request,
           Reply<google::protobuf::Empty> reply);

  state::Store& store_;
  const std::string version_;
};

}  // namespace waypoint::server
