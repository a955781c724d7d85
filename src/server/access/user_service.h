// The RPCs about users (auth.md 5).
#pragma once

#include "google/protobuf/empty.pb.h"
#include "server/access/user_index.h"
#include "server/handler.h"
#include "state/store.h"
#include "waypoint/access.pb.h"

namespace waypoint::server {

class UserService {
 public:
  UserService(state::Store& store, const UserIndex& index) : store_(store), index_(index) {}
  void Register(Table& table);

 private:
  void Get(const Caller& caller, const ::hashicorp::waypoint::GetUserRequest& request,
           Reply<::hashicorp::waypoint::GetUserResponse> reply);
  void List(const Caller& caller, const google::protobuf::Empty&,
            Reply<::hashicorp::waypoint::ListUsersResponse> reply);
  void Update(const Caller& caller, const ::hashicorp::waypoint::UpdateUserRequest& request,
              Reply<::hashicorp::waypoint::UpdateUserResponse> reply);
  void Delete(const Caller& caller, const ::hashicorp::waypoint::DeleteUserRequest& request,
              Reply<google::protobuf::Empty> reply);

  state::Store& store_;
  const UserIndex& index_;
};

}  // namespace waypoint::server
