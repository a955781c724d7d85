// One CompleteOIDCAuth, from the code that the browser brought to the login token.
//
// Owns:    itself, by the callbacks that it waits for.
// Threads: the loop. Every step but the last only waits for the provider; the last is one transaction.
// Errors:  Internal for what goes wrong with the provider; PermissionDenied when the selector says no.
// Spec:    auth.md 6 "Flow" 2 to 6.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "server/access/user_index.h"
#include "server/fetcher.h"
#include "server/handler.h"
#include "server/oidc/providers.h"
#include "state/store.h"
#include "waypoint/access.pb.h"

namespace waypoint::server {

class OidcLogin : public std::enable_shared_from_this<OidcLogin> {
 public:
  using Answer = Reply<::hashicorp::waypoint::CompleteOIDCAuthResponse>;
  struct World {
    state::Store& store;
    const UserIndex& users;
    const Clock& clock;
    Fetcher& fetcher;
    Providers& providers;
  };
  OidcLogin(World world, ::hashicorp::waypoint::AuthMethod method,
            ::hashicorp::waypoint::CompleteOIDCAuthRequest request, Answer reply)
      : world_(world), method_(std::move(method)), request_(std::move(request)), reply_(std::move(reply)) {}
  // With what was discovered.
  void Begin(ProviderPtr provider);

 private:
  enum class Secret { kInHeader, kInForm };

  void Exchange(Secret secret);
  void OnTokens(Secret secret, const absl::StatusOr<FetchAnswer>& answer);
  absl::Status ReadTokens(const std::string& json);
  void OnVerified(const absl::Status& status);
  absl::Status CheckClaims();
  void AskUserInfo();
  absl::Status ReadUserInfo(const absl::StatusOr<FetchAnswer>& answer);
  void Admit();

  const World world_;
  const ::hashicorp::waypoint::AuthMethod method_;
  const ::hashicorp::waypoint::CompleteOIDCAuthRequest request_;
  const Answer reply_;
  ProviderPtr provider_;
  std::string access_token_, user_json_;
  auth::SignedToken id_token_;
  auth::JsonObject id_claims_, claims_;
};

}  // namespace waypoint::server
