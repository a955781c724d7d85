#include "server/oidc/oidc_login.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/access/signing.h"
#include "server/answer.h"
#include "server/oidc/oidc_users.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr absl::Duration kLifetime = absl::Hours(30 * 24);

// Both halves are form-encoded before they are joined (RFC 6749 2.3.1).
std::string BasicCredentials(const auth::OidcSettings& settings) {
  return absl::StrCat("Basic ", absl::Base64Escape(absl::StrCat(auth::QueryEscape(settings.client_id()), ":",
                                                                auth::QueryEscape(settings.client_secret()))));
}

}  // namespace

void OidcLogin::Begin(ProviderPtr provider) {
  provider_ = std::move(provider);
  Exchange(Secret::kInHeader);
}

void OidcLogin::Exchange(Secret secret) {
  std::vector<std::pair<std::string, std::string>> form = {
      {"grant_type", "authorization_code"}, {"code", request_.code()}, {"redirect_uri", request_.redirect_uri()}};
  FetchRequest request;
  request.method = "POST";
  request.url = provider_->facts.token_endpoint;
  request.ca_pem = provider_->ca_pem;
  request.headers["Content-Type"] = "application/x-www-form-urlencoded";
  if (secret == Secret::kInHeader) {
    request.headers["Authorization"] = BasicCredentials(method_.oidc());
  } else {
    form.emplace_back("client_id", method_.oidc().client_id());
    form.emplace_back("client_secret", method_.oidc().client_secret());
  }
  request.body = auth::FormEncode(form);
  world_.fetcher.Fetch(std::move(request), [self = shared_from_this(), secret](absl::StatusOr<FetchAnswer> answer) {
    self->OnTokens(secret, answer);
  });
}

void OidcLogin::OnTokens(Secret secret, const absl::StatusOr<FetchAnswer>& answer) {
  // Some providers take the secret in one place only, and say so with an error.
  const bool refused = answer.ok() && answer->status >= 400 && answer->status < 500;
  if (refused && secret == Secret::kInHeader) return Exchange(Secret::kInForm);
  absl::StatusOr<std::string> body = BodyOf("exchange of the login code", answer);
  absl::Status status = body.ok() ? ReadTokens(*body) : body.status();
  if (!status.ok()) return reply_(std::move(status));
  world_.providers.Verify(provider_, id_token_,
                          [self = shared_from_this()](absl::Status verified) { self->OnVerified(verified); });
}

absl::Status OidcLogin::ReadTokens(const std::string& json) {
  absl::StatusOr<auth::JsonObject> answer = auth::ParseJsonObject(json);
  if (!answer.ok()) return absl::InternalError("the provider's answer to the login code is no JSON object");
  access_token_ = auth::TextMember(*answer, "access_token");
  const std::string text = auth::TextMember(*answer, "id_token");
  if (access_token_.empty() || text.empty()) {
    return absl::InternalError("the provider gave no ID token or no access token for the login code");
  }
  absl::StatusOr<auth::SignedToken> token = auth::ParseSignedToken(text);
  if (!token.ok()) return absl::InternalError(token.status().message());
  id_token_ = *std::move(token);
  return absl::OkStatus();
}

void OidcLogin::OnVerified(const absl::Status& status) {
  if (!status.ok()) return reply_(absl::InternalError(status.message()));
  if (absl::Status wrong = CheckClaims(); !wrong.ok()) return reply_(std::move(wrong));
  AskUserInfo();
}

absl::Status OidcLogin::CheckClaims() {
  absl::StatusOr<auth::JsonObject> claims = auth::ParseJsonObject(id_token_.payload);
  if (!claims.ok()) return absl::InternalError("the ID token carries no JSON object");
  id_claims_ = *std::move(claims);
  const auth::IdTokenWants wants = {provider_->facts.issuer, request_.nonce(), access_token_, request_.code(),
                                    world_.clock.Now()};
  return auth::CheckIdToken(id_token_, id_claims_, method_.oidc(), wants);
}

void OidcLogin::AskUserInfo() {
  FetchRequest request;
  request.url = provider_->facts.userinfo_endpoint;
  request.ca_pem = provider_->ca_pem;
  request.headers["Authorization"] = absl::StrCat("Bearer ", access_token_);
  world_.fetcher.Fetch(std::move(request), [self = shared_from_this()](absl::StatusOr<FetchAnswer> answer) {
    absl::Status status = self->ReadUserInfo(answer);
    if (!status.ok()) return self->reply_(std::move(status));
    self->Admit();
  });
}

absl::Status OidcLogin::ReadUserInfo(const absl::StatusOr<FetchAnswer>& answer) {
  ASSIGN_OR_RETURN(user_json_, BodyOf("the provider's user info", answer));
  absl::StatusOr<auth::JsonObject> claims = auth::ParseJsonObject(user_json_);
  if (!claims.ok()) return absl::InternalError("the provider's user info is no JSON object");
  RETURN_IF_ERROR(auth::CheckUserInfo(id_claims_, *claims));
  claims_ = auth::MergeClaims(id_claims_, *claims);
  return auth::CheckSelector(method_.access_selector(), method_.oidc(), claims_);
}

void OidcLogin::Admit() {
  AnswerUpdate<pb::CompleteOIDCAuthResponse>(world_.store, reply_,
                                             [this](state::Txn& txn, pb::CompleteOIDCAuthResponse* response) {
                                               *response->mutable_user() = UserOfClaims(txn, world_.users, claims_);
                                               pb::Token body;
                                               body.mutable_login()->set_user_id(response->user().id());
                                               response->set_token(SignToken(txn, std::move(body), kLifetime));
                                               response->set_id_claims_json(id_token_.payload);
                                               response->set_user_claims_json(user_json_);
                                               return absl::OkStatus();
                                             });
}

}  // namespace waypoint::server
