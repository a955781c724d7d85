// The RPCs that make, read and exchange tokens (auth.md 4).
#pragma once

#include "base/clock.h"
#include "google/protobuf/empty.pb.h"
#include "server/access/user_index.h"
#include "server/handler.h"
#include "state/store.h"
#include "waypoint/token.pb.h"

namespace waypoint::server {

class TokenService {
 public:
  TokenService(state::Store& store, const Clock& clock, const UserIndex& users)
      : store_(store), clock_(clock), users_(users) {}
  void Register(Table& table);

 private:
  using NewToken = Reply<::hashicorp::waypoint::NewTokenResponse>;
  void Bootstrap(const Caller& caller, const google::protobuf::Empty&, NewToken reply);
  void Decode(const Caller& caller, const ::hashicorp::waypoint::DecodeTokenRequest& request,
              Reply<::hashicorp::waypoint::DecodeTokenResponse> reply);
  void GenerateLogin(const Caller& caller, const ::hashicorp::waypoint::LoginTokenRequest& request, NewToken reply);
  void GenerateRunner(const Caller& caller, const ::hashicorp::waypoint::GenerateRunnerTokenRequest& request,
                      NewToken reply);
  void GenerateInvite(const Caller& caller, const ::hashicorp::waypoint::InviteTokenRequest& request, NewToken reply);
  void ConvertInvite(const Caller& caller, const ::hashicorp::waypoint::ConvertInviteTokenRequest& request,
                     NewToken reply);

  state::Store& store_;
  const Clock& clock_;
  const UserIndex& users_;
};

}  // namespace waypoint::server
