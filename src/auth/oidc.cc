#include "auth/oidc.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "hcl/selector.h"

namespace waypoint::auth {
namespace {

constexpr absl::Duration kLeeway = absl::Minutes(1);
constexpr absl::string_view kLoopback[] = {"http://localhost/oidc/callback", "http://127.0.0.1/oidc/callback",
                                           "http://[::1]/oidc/callback"};

// "http://localhost:123/x" -> "http://localhost/x"; nothing for other hosts.
std::optional<std::string> WithoutLoopbackPort(absl::string_view uri) {
  const size_t scheme = uri.find("://");
  if (scheme == absl::string_view::npos) return std::nullopt;
  const size_t begin = scheme + 3;
  const size_t end = std::min(uri.find_first_of("/?#", begin), uri.size());
  absl::string_view host = uri.substr(begin, end - begin);
  const size_t colon = host.rfind(':');
  if (colon != absl::string_view::npos && (host[0] != '[' || host[colon - 1] == ']')) host = host.substr(0, colon);
  if (host != "localhost" && host != "127.0.0.1" && host != "[::1]") return std::nullopt;
  return absl::StrCat(uri.substr(0, begin), host, uri.substr(end));
}

bool Allows(const std::string& allowed, const std::string& uri) {
  if (allowed == uri) return true;
  std::optional<std::string> plain = WithoutLoopbackPort(uri);
  return plain && plain == WithoutLoopbackPort(allowed);
}

bool Has(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

absl::Status Bad(absl::string_view why) {
  return absl::InternalError(absl::StrCat("the ID token is not valid: ", why));
}

absl::Status CheckTimes(const JsonObject& claims, absl::Time now) {
  auto time = [&claims](const char* name) -> std::optional<absl::Time> {
    std::optional<double> seconds = NumberMember(claims, name);
    if (!seconds) return std::nullopt;
    return absl::UnixEpoch() + absl::Seconds(*seconds);
  };
  const std::optional<absl::Time> end = time("exp");
  if (!end) return Bad("it has no exp");
  if (*end + kLeeway <= now) return Bad(absl::StrCat("it expired at ", absl::FormatTime(*end)));
  if (time("nbf").value_or(now) > now + kLeeway) return Bad("it is not valid yet (nbf); compare the clocks");
  if (time("iat").value_or(now) > now + kLeeway) return Bad("it was issued in the future (iat); compare the clocks");
  return absl::OkStatus();
}

absl::Status CheckAudience(const JsonObject& claims, const OidcSettings& settings) {
  const std::vector<std::string> audience = TextsMember(claims, "aud");
  const std::string party = TextMember(claims, "azp");
  const std::string& client = settings.client_id();
  if (audience.empty()) return Bad("it has no aud");
  if (!settings.auds().empty() &&
      std::none_of(settings.auds().begin(), settings.auds().end(), [&](auto& aud) { return Has(audience, aud); })) {
    return Bad("it is for none of the audiences that this auth method accepts (aud)");
  }
  if (!party.empty() && party != client) return Bad("it was made for another client (azp)");
  if (audience.size() > 1 && (!Has(audience, client) || party != client)) {
    return Bad(
        "it is for several audiences, and this client is not both among them (aud) and the one it was made "
        "for (azp)");
  }
  if (audience.size() == 1 && audience[0] != client && party != client) return Bad("it is for another client (aud)");
  return absl::OkStatus();
}

absl::Status CheckHash(const SignedToken& token, const JsonObject& claims, const char* name, const std::string& of) {
  const std::string hash = TextMember(claims, name);
  if (hash.empty() || hash == HalfHash(token.algorithm, of)) return absl::OkStatus();
  return Bad(absl::StrCat(name, " does not match"));
}

absl::StatusOr<std::string> ClaimText(const std::string& source, const JsonValue& value) {
  switch (value.kind_case()) {
    case JsonValue::kStringValue:
      return value.string_value();
    case JsonValue::kBoolValue:
      return std::string(value.bool_value() ? "true" : "false");
    case JsonValue::kNumberValue:
      return absl::StrFormat(
          "%.0f", value.number_value() < 0 ? std::ceil(value.number_value()) : std::floor(value.number_value()));
    default:
      return absl::InternalError(absl::StrCat("the claim \"", source, "\" is neither text nor number nor boolean"));
  }
}

using Mapped = std::map<std::string, hcl::Selector::Value>;

absl::StatusOr<hcl::Selector::Value> ClaimList(const std::string& source, const JsonValue& value) {
  std::vector<JsonValue> items = {value};
  if (value.has_list_value()) items.assign(value.list_value().values().begin(), value.list_value().values().end());
  hcl::Selector::Value list;
  list.list.emplace();
  for (const JsonValue& item : items) {
    ASSIGN_OR_RETURN(std::string text, ClaimText(source, item));
    if (!text.empty()) list.list->push_back(std::move(text));
  }
  return list;
}

absl::StatusOr<Mapped> MapClaims(const OidcSettings& settings, const JsonObject& claims) {
  Mapped mapped;
  for (const auto& [source, name] : settings.claim_mappings()) {
    const JsonValue* value = FindClaim(claims, source);
    if (value == nullptr) continue;
    ASSIGN_OR_RETURN(mapped[absl::StrCat("value.", name)].text, ClaimText(source, *value));
  }
  for (const auto& [source, name] : settings.list_claim_mappings()) {
    const JsonValue* value = FindClaim(claims, source);
    if (value == nullptr) continue;
    ASSIGN_OR_RETURN(mapped[absl::StrCat("list.", name)], ClaimList(source, *value));
  }
  return mapped;
}

}  // namespace

std::string DiscoveryUrl(absl::string_view issuer) {
  return absl::StrCat(absl::StripSuffix(issuer, "/"), "/.well-known/openid-configuration");
}

absl::StatusOr<Provider> ParseDiscovery(absl::string_view issuer, absl::string_view json) {
  absl::StatusOr<JsonObject> document = ParseJsonObject(json);
  if (!document.ok()) return absl::InternalError(absl::StrCat(DiscoveryUrl(issuer), " is no JSON object"));
  Provider provider;
  provider.issuer = TextMember(*document, "issuer");
  provider.authorization_endpoint = TextMember(*document, "authorization_endpoint");
  provider.token_endpoint = TextMember(*document, "token_endpoint");
  provider.userinfo_endpoint = TextMember(*document, "userinfo_endpoint");
  provider.jwks_uri = TextMember(*document, "jwks_uri");
  if (provider.issuer != issuer) {
    return absl::InternalError(absl::StrCat("the provider calls itself \"", provider.issuer,
                                            "\", the auth method calls it \"", issuer, "\"; they must be equal"));
  }
  for (const std::string* url :
       {&provider.authorization_endpoint, &provider.token_endpoint, &provider.userinfo_endpoint, &provider.jwks_uri}) {
    if (url->empty()) return absl::InternalError(absl::StrCat(DiscoveryUrl(issuer), " does not name all endpoints"));
  }
  return provider;
}

absl::Status CheckRedirect(const std::string& uri, const std::vector<std::string>& configured) {
  for (absl::string_view allowed : kLoopback) {
    if (Allows(std::string(allowed), uri)) return absl::OkStatus();
  }
  for (const std::string& allowed : configured) {
    if (Allows(allowed, uri)) return absl::OkStatus();
  }
  return absl::InternalError(absl::StrCat("\"", uri,
                                          "\" is none of the redirect URIs that this auth method allows; "
                                          "add it with -allowed-redirect-uri"));
}

std::string QueryEscape(absl::string_view text) {
  std::string out;
  for (unsigned char c : text) {
    if (absl::ascii_isalnum(c) || absl::StrContains("-_.~", std::string(1, static_cast<char>(c)))) {
      out.push_back(static_cast<char>(c));
    } else if (c == ' ') {
      out.push_back('+');
    } else {
      absl::StrAppendFormat(&out, "%%%02X", c);
    }
  }
  return out;
}

std::string FormEncode(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::map<std::string, std::string> sorted(fields.begin(), fields.end());
  return absl::StrJoin(sorted, "&", [](std::string* out, const auto& field) {
    absl::StrAppend(out, QueryEscape(field.first), "=", QueryEscape(field.second));
  });
}

std::string AuthorizationUrl(const Provider& provider, const OidcSettings& settings, absl::string_view redirect_uri,
                             absl::string_view nonce, absl::string_view state) {
  std::vector<std::string> scopes = {"openid"};
  for (const std::string& scope : settings.scopes()) {
    if (!Has(scopes, scope)) scopes.push_back(scope);
  }
  const std::string query = FormEncode({{"client_id", settings.client_id()},
                                        {"redirect_uri", std::string(redirect_uri)},
                                        {"response_type", "code"},
                                        {"scope", absl::StrJoin(scopes, " ")},
                                        {"nonce", std::string(nonce)},
                                        {"state", std::string(state)}});
  const char* separator = absl::StrContains(provider.authorization_endpoint, "?") ? "&" : "?";
  return absl::StrCat(provider.authorization_endpoint, separator, query);
}

std::string Base62(absl::string_view random) {
  constexpr absl::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string text;
  for (unsigned char byte : random) text.push_back(kDigits[byte % kDigits.size()]);
  return text;
}

absl::Status CheckIdToken(const SignedToken& token, const JsonObject& claims, const OidcSettings& settings,
                          const IdTokenWants& wants) {
  const bool listed = settings.signing_algs().empty()
                          ? token.algorithm == "RS256"
                          : std::find(settings.signing_algs().begin(), settings.signing_algs().end(),
                                      token.algorithm) != settings.signing_algs().end();
  if (!listed) {
    return Bad(absl::StrCat("it is signed with \"", token.algorithm,
                            "\", which the auth method does not allow; see "
                            "-signing-algorithm"));
  }
  if (TextMember(claims, "iss") != wants.issuer) return Bad("it is from another issuer (iss)");
  if (TextMember(claims, "sub").empty()) return Bad("it names nobody (sub)");
  if (TextMember(claims, "nonce") != wants.nonce) return Bad("it belongs to another login (nonce)");
  RETURN_IF_ERROR(CheckTimes(claims, wants.now));
  RETURN_IF_ERROR(CheckAudience(claims, settings));
  RETURN_IF_ERROR(CheckHash(token, claims, "at_hash", wants.access_token));
  return CheckHash(token, claims, "c_hash", wants.code);
}

absl::Status CheckUserInfo(const JsonObject& id_claims, const JsonObject& user_claims) {
  if (TextMember(user_claims, "sub") != TextMember(id_claims, "sub")) {
    return absl::InternalError("the provider's user info is about somebody else (sub)");
  }
  const std::string issuer = TextMember(user_claims, "iss");
  if (!issuer.empty() && issuer != TextMember(id_claims, "iss")) {
    return absl::InternalError("the provider's user info is from another issuer (iss)");
  }
  return absl::OkStatus();
}

JsonObject MergeClaims(const JsonObject& id_claims, const JsonObject& user_claims) {
  JsonObject merged = id_claims;
  for (const auto& [name, value] : user_claims.fields()) {
    if (name != "iss" && name != "sub") (*merged.mutable_fields())[name] = value;
  }
  return merged;
}

absl::Status CheckSelector(const std::string& selector, const OidcSettings& settings, const JsonObject& claims) {
  if (selector.empty()) return absl::OkStatus();
  absl::StatusOr<hcl::Selector> parsed = hcl::Selector::Parse(selector);
  if (!parsed.ok()) return absl::InternalError(parsed.status().message());
  ASSIGN_OR_RETURN(Mapped mapped, MapClaims(settings, claims));
  auto lookup = [&mapped](const std::vector<std::string>& path) -> std::optional<hcl::Selector::Value> {
    auto it = mapped.find(absl::StrJoin(path, "."));
    if (it == mapped.end()) return std::nullopt;
    return it->second;
  };
  absl::StatusOr<bool> admitted = parsed->Matches(lookup);
  if (!admitted.ok()) {
    return absl::InternalError(absl::StrCat("the access selector cannot be decided: ", admitted.status().message()));
  }
  if (*admitted) return absl::OkStatus();
  return absl::PermissionDeniedError("the access selector of this auth method does not let you in");
}

}  // namespace waypoint::auth
