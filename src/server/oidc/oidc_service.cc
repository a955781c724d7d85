#include "server/oidc/oidc_service.h"

#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "ptypes/violations.h"
#include "server/access/auth_methods.h"
#include "server/access/server_config.h"
#include "server/oidc/oidc_login.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr char kUiCallback[] = "/auth/oidc-callback";

// What the method names, and the web page of each address under which the server is known.
std::vector<std::string> AllowedRedirects(const state::View& view, const pb::AuthMethod::OIDC& oidc) {
  std::vector<std::string> allowed(oidc.allowed_redirect_uris().begin(), oidc.allowed_redirect_uris().end());
  const pb::ServerConfig config = LoadServerConfig(view);
  for (const auto& address : config.advertise_addrs()) {
    allowed.push_back(absl::StrCat(address.tls() ? "https://" : "http://", address.addr(), kUiCallback));
  }
  return allowed;
}

absl::StatusOr<pb::AuthMethod> UsableMethod(const state::View& view, const std::string& name,
                                            const std::string& redirect_uri) {
  ASSIGN_OR_RETURN(auto method, FindAuthMethod(view, name));
  if (!method->has_oidc()) {
    return absl::FailedPreconditionError(absl::StrCat("the auth method \"", name, "\" is not for OIDC"));
  }
  RETURN_IF_ERROR(auth::CheckRedirect(redirect_uri, AllowedRedirects(view, method->oidc())));
  return *method;
}

absl::Status CheckRequired(std::initializer_list<std::pair<const char*, const std::string&>> fields) {
  ptypes::Violations violations;
  for (const auto& [name, value] : fields) violations.Require(!value.empty(), name, ptypes::kBlank);
  return violations.ToStatus();
}

}  // namespace

void OidcService::Register(Table& table) {
  table.Unary("GetOIDCAuthURL", Needs::kNobody, *this, &OidcService::GetUrl);
  table.Unary("CompleteOIDCAuth", Needs::kNobody, *this, &OidcService::Complete);
}

void OidcService::GetUrl(const Caller&, const pb::GetOIDCAuthURLRequest& request,
                         Reply<pb::GetOIDCAuthURLResponse> reply) {
  absl::Status valid =
      CheckRequired({{"auth_method", request.auth_method().name()}, {"redirect_uri", request.redirect_uri()}});
  if (!valid.ok()) return reply(std::move(valid));
  auto answer = [this, request, reply](absl::StatusOr<ProviderPtr> provider, const pb::AuthMethod& method) {
    if (!provider.ok()) return reply(provider.status());
    auto random = [this] { return auth::Base62(ids_.Random(auth::kOidcRandomBytes)); };
    const std::string nonce = request.nonce().empty() ? random() : request.nonce();
    pb::GetOIDCAuthURLResponse response;
    response.set_url(auth::AuthorizationUrl((*provider)->facts, method.oidc(), request.redirect_uri(), nonce,
                                            absl::StrCat("st_", random())));
    reply(response);
  };
  Prepare(request.auth_method().name(), request.redirect_uri(), std::move(answer));
}

void OidcService::Complete(const Caller&, const pb::CompleteOIDCAuthRequest& request,
                           Reply<pb::CompleteOIDCAuthResponse> reply) {
  absl::Status valid = CheckRequired({{"auth_method", request.auth_method().name()},
                                      {"redirect_uri", request.redirect_uri()},
                                      {"state", request.state()},
                                      {"nonce", request.nonce()},
                                      {"code", request.code()}});
  if (!valid.ok()) return reply(std::move(valid));
  auto login = [this, request, reply](absl::StatusOr<ProviderPtr> provider, const pb::AuthMethod& method) {
    if (!provider.ok()) return reply(provider.status());
    const OidcLogin::World world = {store_, users_, clock_, fetcher_, providers_};
    std::make_shared<OidcLogin>(world, method, request, reply)->Begin(*provider);
  };
  Prepare(request.auth_method().name(), request.redirect_uri(), std::move(login));
}

void OidcService::Prepare(const std::string& method_name, const std::string& redirect_uri, OnReady done) {
  auto method = std::make_shared<pb::AuthMethod>();
  auto look = [&](const state::View& view) -> absl::Status {
    ASSIGN_OR_RETURN(*method, UsableMethod(view, method_name, redirect_uri));
    return absl::OkStatus();
  };
  store_.Look(look, [this, method, method_name, done = std::move(done)](absl::Status status) {
    if (absl::IsNotFound(status)) providers_.Forget(method_name);
    if (!status.ok()) return done(std::move(status), *method);
    providers_.Find(*method,
                    [method, done](absl::StatusOr<ProviderPtr> provider) { done(std::move(provider), *method); });
  });
}

}  // namespace waypoint::server
