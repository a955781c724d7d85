// The RPCs by which people log in with an identity provider (auth.md 6).
//
// Owns:    what is remembered of providers. Between the two calls of a login nothing is kept.
// Threads: the loop.
// Errors:  InvalidArgument naming the missing fields; NotFound; FailedPrecondition for a method that is not OIDC;
//          Internal for all that goes wrong with the provider; PermissionDenied by the selector.
#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/ids.h"
#include "server/access/user_index.h"
#include "server/fetcher.h"
#include "server/handler.h"
#include "server/oidc/providers.h"
#include "state/store.h"
#include "waypoint/access.pb.h"

namespace waypoint::server {

class OidcService {
 public:
  OidcService(state::Store& store, const UserIndex& users, const Clock& clock, IdSource& ids, Fetcher& fetcher)
      : store_(store), users_(users), clock_(clock), ids_(ids), fetcher_(fetcher), providers_(fetcher, clock) {}
  void Register(Table& table);

 private:
  using OnReady = std::function<void(absl::StatusOr<ProviderPtr>, const ::hashicorp::waypoint::AuthMethod&)>;

  void GetUrl(const Caller& caller, const ::hashicorp::waypoint::GetOIDCAuthURLRequest& request,
              Reply<::hashicorp::waypoint::GetOIDCAuthURLResponse> reply);
  void Complete(const Caller& caller, const ::hashicorp::waypoint::CompleteOIDCAuthRequest& request,
                Reply<::hashicorp::waypoint::CompleteOIDCAuthResponse> reply);
  // The method, which must allow the redirect, and its provider.
  void Prepare(const std::string& method_name, const std::string& redirect_uri, OnReady done);

  state::Store& store_;
  const UserIndex& users_;
  const Clock& clock_;
  IdSource& ids_;
  Fetcher& fetcher_;
  Providers providers_;
};

}  // namespace waypoint::server
