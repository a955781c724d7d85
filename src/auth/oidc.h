// What OpenID Connect asks of a client, as decisions over texts: no connection, no store.
//
// Threads: pure functions.
// Errors:  Internal for what a provider gets wrong, with what and why; PermissionDenied where a user is refused.
// Spec:    auth.md 6.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "auth/json_claims.h"
#include "auth/jws.h"
#include "waypoint/access.pb.h"

namespace waypoint::auth {

using OidcSettings = ::hashicorp::waypoint::AuthMethod::OIDC;

// What a provider says of itself.
struct Provider {
  std::string issuer, authorization_endpoint, token_endpoint, userinfo_endpoint, jwks_uri;
};
std::string DiscoveryUrl(absl::string_view issuer);
absl::StatusOr<Provider> ParseDiscovery(absl::string_view issuer, absl::string_view json);

// `configured` beside the loopback addresses, which match with any port. All others must be equal.
absl::Status CheckRedirect(const std::string& uri, const std::vector<std::string>& configured);

std::string AuthorizationUrl(const Provider& provider, const OidcSettings& settings, absl::string_view redirect_uri,
                             absl::string_view nonce, absl::string_view state);
std::string QueryEscape(absl::string_view text);
std::string FormEncode(const std::vector<std::pair<std::string, std::string>>& fields);  // sorted by name

// 20 characters of base62 out of random bytes.
inline constexpr size_t kOidcRandomBytes = 20;
std::string Base62(absl::string_view random);

struct IdTokenWants {
  std::string issuer, nonce, access_token, code;
  absl::Time now;
};
// Everything but the signature.
absl::Status CheckIdToken(const SignedToken& token, const JsonObject& claims, const OidcSettings& settings,
                          const IdTokenWants& wants);
absl::Status CheckUserInfo(const JsonObject& id_claims, const JsonObject& user_claims);

// ID token overlaid by UserInfo, but for iss and sub.
JsonObject MergeClaims(const JsonObject& id_claims, const JsonObject& user_claims);
// OK: may come in.
absl::Status CheckSelector(const std::string& selector, const OidcSettings& settings, const JsonObject& claims);

}  // namespace waypoint::auth
