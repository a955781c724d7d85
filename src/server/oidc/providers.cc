#include "server/oidc/providers.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr absl::Duration kMaxAge = absl::Hours(6);

absl::StatusOr<ProviderPtr> ReadProvider(const pb::AuthMethod& method, const absl::StatusOr<FetchAnswer>& answer) {
  auto provider = std::make_shared<KnownProvider>();
  provider->settings = method.SerializeAsString();
  provider->ca_pem = absl::StrJoin(method.oidc().discovery_ca_pem(), "\n");
  ASSIGN_OR_RETURN(std::string body, BodyOf("discovery of the identity provider", answer));
  ASSIGN_OR_RETURN(provider->facts, auth::ParseDiscovery(method.oidc().discovery_url(), body));
  return provider;
}

absl::StatusOr<auth::KeySet> ReadKeys(const absl::StatusOr<FetchAnswer>& answer) {
  ASSIGN_OR_RETURN(std::string body, BodyOf("the keys of the identity provider", answer));
  absl::StatusOr<auth::KeySet> keys = auth::KeySet::Parse(body);
  if (!keys.ok()) return absl::InternalError(keys.status().message());
  return keys;
}

}  // namespace

absl::StatusOr<std::string> BodyOf(const std::string& what, const absl::StatusOr<FetchAnswer>& answer) {
  if (!answer.ok()) return absl::InternalError(absl::StrCat(what, ": ", answer.status().message()));
  if (answer->status == 200) return answer->body;
  return absl::InternalError(absl::StrCat(what, ": the provider answers with HTTP status ", answer->status));
}

void Providers::Find(const pb::AuthMethod& method, OnProvider done) {
  ForgetOld();
  const std::string name = absl::AsciiStrToLower(method.name());
  auto it = known_.find(name);
  if (it != known_.end() && it->second->settings == method.SerializeAsString()) return done(it->second);
  FetchRequest request;
  request.url = auth::DiscoveryUrl(method.oidc().discovery_url());
  request.ca_pem = absl::StrJoin(method.oidc().discovery_ca_pem(), "\n");
  fetcher_.Fetch(std::move(request), [this, name, method, done = std::move(done)](absl::StatusOr<FetchAnswer> answer) {
    absl::StatusOr<ProviderPtr> provider = ReadProvider(method, answer);
    if (provider.ok()) known_[name] = *provider;
    done(std::move(provider));
  });
}

void Providers::Forget(const std::string& method_name) { known_.erase(absl::AsciiStrToLower(method_name)); }

void Providers::ForgetOld() {
  if (clock_.Now() < all_since_ + kMaxAge) return;
  known_.clear();
  all_since_ = clock_.Now();
}

void Providers::Verify(ProviderPtr provider, auth::SignedToken token, OnVerified done) {
  if (provider->keys) {
    absl::Status known = provider->keys->Verify(token);
    if (!absl::IsNotFound(known)) return done(std::move(known));
  }
  FetchRequest request;
  request.url = provider->facts.jwks_uri;
  request.ca_pem = provider->ca_pem;
  fetcher_.Fetch(std::move(request),
                 [provider, token = std::move(token), done = std::move(done)](absl::StatusOr<FetchAnswer> answer) {
                   absl::StatusOr<auth::KeySet> keys = ReadKeys(answer);
                   if (!keys.ok()) return done(keys.status());
                   provider->keys = *keys;
                   done(keys->Verify(token));
                 });
}

}  // namespace waypoint::server
