#include "auth/oidc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace waypoint::auth {
namespace {

using ::testing::HasSubstr;

constexpr char kIssuer[] = "https://id.example.com";

JsonObject Json(const std::string& text) { return ParseJsonObject(text).value(); }

TEST(Oidc, Discovery) {
  EXPECT_EQ(DiscoveryUrl("https://a/b/"), "https://a/b/.well-known/openid-configuration");
  EXPECT_EQ(DiscoveryUrl("https://a"), "https://a/.well-known/openid-configuration");
  const std::string good = R"({"issuer":"https://id.example.com","authorization_endpoint":"https://a/auth",
      "token_endpoint":"https://a/token","userinfo_endpoint":"https://a/me","jwks_uri":"https://a/keys"})";
  auto provider = ParseDiscovery(kIssuer, good);
  ASSERT_TRUE(provider.ok()) << provider.status();
  EXPECT_EQ(provider->token_endpoint, "https://a/token");
  EXPECT_EQ(ParseDiscovery("https://id.example.com/", good).status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(ParseDiscovery(kIssuer, absl::StrReplaceAll(good, {{"jwks_uri", "x"}})).status().code(),
            absl::StatusCode::kInternal);
  EXPECT_EQ(ParseDiscovery(kIssuer, "<html>").status().code(), absl::StatusCode::kInternal);
}

TEST(Oidc, RedirectUris) {
  const std::vector<std::string> configured = {"https://app.example.com/cb", "http://localhost:1/other"};
  struct Row {
    const char* uri;
    bool allowed;
  };
  constexpr Row kRows[] = {{"http://localhost/oidc/callback", true},
                           {"http://localhost:4711/oidc/callback", true},
                           {"http://127.0.0.1:4711/oidc/callback", true},
                           {"http://[::1]:4711/oidc/callback", true},
                           {"http://[::1]/oidc/callback", true},
                           {"https://localhost:4711/oidc/callback", false},
                           {"http://localhost:4711/oidc/callback/x", false},
                           {"http://localhost:4711/", false},
                           {"http://localhost.example.com/oidc/callback", false},
                           {"http://localhost:77/other", true},
                           {"https://app.example.com/cb", true},
                           {"https://app.example.com:443/cb", false},
                           {"https://app.example.com/cb?x", false},
                           {"http://127.0.0.1@evil.example.com/oidc/callback", false},
                           {"", false},
                           {"nonsense", false}};
  for (const Row& row : kRows) {
    EXPECT_EQ(CheckRedirect(row.uri, configured).code(),
              row.allowed ? absl::StatusCode::kOk : absl::StatusCode::kInternal)
        << row.uri;
  }
}

TEST(Oidc, AuthorizationUrl) {
  Provider provider;
  provider.authorization_endpoint = "https://a/auth";
  OidcSettings settings;
  settings.set_client_id("my id");
  settings.add_scopes("groups");
  settings.add_scopes("openid");
  EXPECT_EQ(AuthorizationUrl(provider, settings, "http://localhost:1/oidc/callback", "N", "st_S"),
            "https://a/auth?client_id=my+id&nonce=N&redirect_uri=http%3A%2F%2Flocalhost%3A1%2Foidc%2Fcallback&"
            "response_type=code&scope=openid+groups&state=st_S");
  provider.authorization_endpoint = "https://a/auth?tenant=1";
  EXPECT_THAT(AuthorizationUrl(provider, settings, "u", "N", "S"), HasSubstr("/auth?tenant=1&client_id="));
}

// Each row changes one thing of a token that is accepted.
struct TokenRow {
  const char* name;
  const char* claim;  // replaces or adds
  const char* value;  // JSON; null removes
  bool accepted;
  const char* auds = "";
};
constexpr TokenRow kTokenRows[] = {
    {"as it is", "x", "1", true},
    {"other issuer", "iss", "\"https://evil.example.com\"", false},
    {"no issuer", "iss", "null", false},
    {"no subject", "sub", "\"\"", false},
    {"other nonce", "nonce", "\"M\"", false},
    {"no nonce", "nonce", "null", false},
    {"expired", "exp", "939", false},
    {"within the leeway", "exp", "941", true},
    {"no end", "exp", "null", false},
    {"not yet", "nbf", "1061", false},
    {"nearly", "nbf", "1060", true},
    {"from the future", "iat", "1061", false},
    {"clocks differ", "iat", "1059", true},
    {"other client", "aud", "\"other\"", false},
    {"other client's, made for us", "azp", "\"client\"", true},
    {"made for another", "azp", "\"other\"", false},
    {"several without azp", "aud", "[\"client\",\"x\"]", false},
    {"no audience", "aud", "null", false},
    {"wanted audience", "aud", "\"client\"", true, "client"},
    {"unwanted audience", "aud", "\"client\"", false, "api"},
    {"access token's hash", "at_hash", "\"77QmUPtjPfzWtF2AnpK9RQ\"", true},
    {"another access token's hash", "at_hash", "\"AAAAUPtjPfzWtF2AnpK9RQ\"", false},
    {"another code's hash", "c_hash", "\"AAAAUPtjPfzWtF2AnpK9RQ\"", false},
};

TEST(Oidc, IdTokens) {
  for (const TokenRow& row : kTokenRows) {
    SCOPED_TRACE(row.name);
    JsonObject claims =
        Json(R"({"iss":"https://id.example.com","sub":"s","aud":"client","nonce":"N","exp":2000,"iat":1000})");
    (*claims.mutable_fields())[row.claim] = Json(absl::StrCat("{\"v\":", row.value, "}")).fields().at("v");
    OidcSettings settings;
    settings.set_client_id("client");
    if (*row.auds != '\0') settings.add_auds(row.auds);
    SignedToken token;
    token.algorithm = "RS256";
    IdTokenWants wants = {kIssuer, "N", "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "code",
                          absl::FromUnixSeconds(1000)};
    const absl::Status status = CheckIdToken(token, claims, settings, wants);
    EXPECT_EQ(status.code(), row.accepted ? absl::StatusCode::kOk : absl::StatusCode::kInternal) << status;
  }
}

TEST(Oidc, AudiencesAndParties) {
  OidcSettings settings;
  settings.set_client_id("client");
  SignedToken token;
  token.algorithm = "RS256";
  const IdTokenWants wants = {kIssuer, "N", "", "", absl::FromUnixSeconds(1000)};
  auto accepted = [&](const std::string& more) {
    return CheckIdToken(
               token,
               Json(absl::StrCat(R"({"iss":"https://id.example.com","sub":"s","nonce":"N","exp":2000,)", more, "}")),
               settings, wants)
        .ok();
  };
  EXPECT_TRUE(accepted(R"("aud":["client","x"],"azp":"client")"));
  EXPECT_FALSE(accepted(R"("aud":["y","x"],"azp":"client")"));
  EXPECT_FALSE(accepted(R"("aud":["client","x"],"azp":"x")"));
  EXPECT_TRUE(accepted(R"("aud":"api","azp":"client")"));
  EXPECT_TRUE(accepted(R"("aud":["client"])"));
}

TEST(Oidc, OnlyAllowedAlgorithms) {
  OidcSettings settings;
  settings.set_client_id("client");
  SignedToken token;
  const IdTokenWants wants = {kIssuer, "N", "", "", absl::FromUnixSeconds(1000)};
  const JsonObject claims = Json(R"({"iss":"https://id.example.com","sub":"s","aud":"client","nonce":"N","exp":2000})");
  token.algorithm = "ES256";
  EXPECT_FALSE(CheckIdToken(token, claims, settings, wants).ok()) << "only RS256 without a list";
  settings.add_signing_algs("ES256");
  EXPECT_TRUE(CheckIdToken(token, claims, settings, wants).ok());
  token.algorithm = "RS256";
  EXPECT_FALSE(CheckIdToken(token, claims, settings, wants).ok());
}

TEST(Oidc, UserInfo) {
  const JsonObject id = Json(R"({"iss":"I","sub":"S","email":"a@x","n":1})");
  EXPECT_TRUE(CheckUserInfo(id, Json(R"({"sub":"S"})")).ok());
  EXPECT_TRUE(CheckUserInfo(id, Json(R"({"sub":"S","iss":"I"})")).ok());
  EXPECT_EQ(CheckUserInfo(id, Json(R"({"sub":"T"})")).code(), absl::StatusCode::kInternal);
  EXPECT_EQ(CheckUserInfo(id, Json(R"({"sub":"S","iss":"J"})")).code(), absl::StatusCode::kInternal);
  const JsonObject merged = MergeClaims(id, Json(R"({"sub":"S","iss":"I2","email":"b@x","groups":["g"]})"));
  EXPECT_EQ(TextMember(merged, "iss"), "I");
  EXPECT_EQ(TextMember(merged, "email"), "b@x");
  EXPECT_EQ(merged.fields().size(), 5u);
}

struct SelectorRow {
  const char* selector;
  absl::StatusCode code;
};

TEST(Oidc, Selectors) {
  using Code = absl::StatusCode;
  OidcSettings settings;
  (*settings.mutable_claim_mappings())["email"] = "mail";
  (*settings.mutable_claim_mappings())["/org/unit"] = "unit";
  (*settings.mutable_claim_mappings())["age"] = "age";
  (*settings.mutable_claim_mappings())["admin"] = "admin";
  (*settings.mutable_claim_mappings())["nothing"] = "nothing";
  (*settings.mutable_list_claim_mappings())["groups"] = "groups";
  (*settings.mutable_list_claim_mappings())["email"] = "mails";
  const JsonObject claims = Json(R"({"email":"a@example.com","org":{"unit":"ops"},"age":41.9,"admin":true,
                                     "nothing":null,"groups":["dev","","7",8],"hidden":"x"})");
  const SelectorRow kRows[] = {{"", Code::kOk},
                               {"value.mail == `a@example.com`", Code::kOk},
                               {"value.mail == \"A@example.com\"", Code::kPermissionDenied},
                               {"value.unit == ops", Code::kOk},
                               {"\"/value/unit\" == ops", Code::kOk},
                               {"value.age == 41 and value.admin == true", Code::kOk},
                               {"dev in list.groups", Code::kOk},
                               {"\"8\" in list.groups", Code::kOk},
                               {"ops not in list.groups", Code::kOk},
                               {"ops in list.groups", Code::kPermissionDenied},
                               {"list.mails contains `a@example.com`", Code::kOk},
                               {"list.groups is not empty", Code::kOk},
                               {"value.mail matches `example[.]com$`", Code::kOk},
                               {"value.nothing == x", Code::kInternal},
                               {"value.hidden == x", Code::kInternal},
                               {"value.unit == ops or value.hidden == x", Code::kOk}};
  for (const SelectorRow& row : kRows) {
    const absl::Status status = CheckSelector(row.selector, settings, claims);
    EXPECT_EQ(status.code(), row.code) << row.selector << ": " << status;
  }
  (*settings.mutable_claim_mappings())["org"] = "org";
  EXPECT_EQ(CheckSelector("value.unit == ops", settings, claims).code(), Code::kInternal) << "an object is no text";
}

TEST(Oidc, Base62) { EXPECT_EQ(Base62(absl::string_view("\0\x3d\x3e\xff", 4)), "0z07"); }

}  // namespace
}  // namespace waypoint::auth
