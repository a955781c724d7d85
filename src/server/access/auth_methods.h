// Ways to log in as records (auth.md 6): keyed by lower-cased name, replaced whole.
//
// Threads: the loop.
// Errors:  InvalidArgument naming every field; NotFound. The client secret is given in clear to whoever may ask.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/empty.pb.h"
#include "server/handler.h"
#include "state/store.h"
#include "waypoint/access.pb.h"

namespace waypoint::server {

absl::Status CheckAuthMethod(const ::hashicorp::waypoint::AuthMethod& method);
absl::StatusOr<std::shared_ptr<const ::hashicorp::waypoint::AuthMethod>> FindAuthMethod(const state::View& view,
                                                                                        const std::string& name);

class AuthMethodService {
 public:
  explicit AuthMethodService(state::Store& store) : store_(store) {}
  void Register(Table& table);

 private:
  void Upsert(const Caller& caller, const ::hashicorp::waypoint::UpsertAuthMethodRequest& request,
              Reply<::hashicorp::waypoint::UpsertAuthMethodResponse> reply);
  void Get(const Caller& caller, const ::hashicorp::waypoint::GetAuthMethodRequest& request,
           Reply<::hashicorp::waypoint::GetAuthMethodResponse> reply);
  void List(const Caller& caller, const google::protobuf::Empty&,
            Reply<::hashicorp::waypoint::ListAuthMethodsResponse> reply);
  void Delete(const Caller& caller, const ::hashicorp::waypoint::DeleteAuthMethodRequest& request,
              Reply<google::protobuf::Empty> reply);
  void ListOidc(const Caller& caller, const google::protobuf::Empty&,
                Reply<::hashicorp::waypoint::ListOIDCAuthMethodsResponse> reply);

  state::Store& store_;
};

}  // namespace waypoint::server
