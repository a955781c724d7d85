// People log in with an identity provider that is a process of its own and really signs (provider.py).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "auth/oidc.h"
#include "base/socket.h"
#include "client/channel/grpc_channel.h"
#include "google/protobuf/empty.pb.h"
#include "server/oidc/provider_process.h"
#include "server/server.h"
#include "waypoint/access.pb.h"
#include "waypoint/server.pb.h"
#include "waypoint/token.pb.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;
using google::protobuf::Empty;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Code = absl::StatusCode;

constexpr char kRedirect[] = "http://127.0.0.1:4711/oidc/callback";
constexpr auto kSecret = ProviderProcess::kSecret;

class OidcTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/waypoint-oidc-test-XXXXXX";
    dir_ = ::mkdtemp(pattern);
    ServerOptions options;
    options.data_dir = dir_ + "/data";
    options.grpc_listen = "127.0.0.1:0";
    options.tls = false;
    server_ = Server::Start(options).value();
    guest_ = Connect("");
    admin_ = Connect(server_->LocalToken().value());
  }
  void TearDown() override {
    guest_.reset();
    admin_.reset();
    server_.reset();
    std::filesystem::remove_all(dir_);
  }
  std::unique_ptr<client::Channel> Connect(const std::string& token) {
    client::DialOptions options;
    options.address = absl::StrCat("127.0.0.1:", server_->grpc_port());
    options.tls = false;
    options.token = token;
    return client::Dial(options).value();
  }

  pb::AuthMethod Method(const ProviderProcess& provider) const {
    pb::AuthMethod method;
    method.set_name("Corp");
    method.mutable_oidc()->set_client_id("waypoint");
    method.mutable_oidc()->set_client_secret(kSecret);
    method.mutable_oidc()->set_discovery_url(provider.issuer);
    if (!provider.ca_pem.empty()) method.mutable_oidc()->add_discovery_ca_pem(provider.ca_pem);
    return method;
  }
  void Upsert(const pb::AuthMethod& method) {
    pb::UpsertAuthMethodRequest request;
    *request.mutable_auth_method() = method;
    auto done = client::Invoke<pb::UpsertAuthMethodResponse>(*admin_, "UpsertAuthMethod", request);
    ASSERT_TRUE(done.ok()) << done.status();
  }
  absl::StatusOr<std::string> Url(const std::string& nonce, const std::string& redirect = kRedirect) {
    pb::GetOIDCAuthURLRequest request;
    request.mutable_auth_method()->set_name("corp");
    request.set_redirect_uri(redirect);
    request.set_nonce(nonce);
    auto response = client::Invoke<pb::GetOIDCAuthURLResponse>(*guest_, "GetOIDCAuthURL", request);
    if (!response.ok()) return response.status();
    return response->url();
  }
  // What the browser brings back, with the provider told by `more` what to say.
  pb::CompleteOIDCAuthRequest Authorize(const ProviderProcess& provider, const std::string& more = "") {
    absl::StatusOr<std::string> url = Url("N1");
    EXPECT_TRUE(url.ok()) << url.status();
    const auth::JsonObject answer = provider.Get(absl::StrCat(*url, more));
    pb::CompleteOIDCAuthRequest request;
    request.mutable_auth_method()->set_name("corp");
    request.set_redirect_uri(kRedirect);
    request.set_nonce("N1");
    request.set_code(auth::TextMember(answer, "code"));
    request.set_state(auth::TextMember(answer, "state"));
    return request;
  }
  absl::StatusOr<pb::CompleteOIDCAuthResponse> Complete(const pb::CompleteOIDCAuthRequest& request) {
    return client::Invoke<pb::CompleteOIDCAuthResponse>(*guest_, "CompleteOIDCAuth", request);
  }
  absl::StatusOr<pb::CompleteOIDCAuthResponse> LogIn(const ProviderProcess& provider, const std::string& more = "") {
    return Complete(Authorize(provider, more));
  }
  static std::string Claims(const std::string& name, const std::string& json) {
    return absl::StrCat("&", name, "=", auth::QueryEscape(json));
  }

  std::string dir_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<client::Channel> guest_, admin_;
};

// The web page of the server comes back to the address under which the server is known.
TEST_F(OidcTest, AdvertisedAddressesMayBeRedirectedTo) {
  ProviderProcess provider;
  Upsert(Method(provider));
  const auto advertise = [this](const std::string& host, bool tls) {
    pb::SetServerConfigRequest request;
    auto* address = request.mutable_config()->add_advertise_addrs();
    address->set_addr(host);
    address->set_tls(tls);
    ASSERT_TRUE(client::Invoke<Empty>(*admin_, "SetServerConfig", request).ok());
  };
  const std::string secure = "https://way.invalid:9702/auth/oidc-callback";
  const std::string plain = "http://way.invalid:9702/auth/oidc-callback";
  EXPECT_EQ(Url("N1", secure).status().code(), Code::kInternal);
  advertise("way.invalid:9702", true);
  EXPECT_TRUE(Url("N1", secure).ok());
  EXPECT_EQ(Url("N1", plain).status().code(), Code::kInternal);
  advertise("way.invalid:9702", false);
  EXPECT_TRUE(Url("N1", plain).ok());
}

TEST_F(OidcTest, FirstLoginMakesAUserWhoComesBack) {
  ProviderProcess provider;
  Upsert(Method(provider));
  auto first = LogIn(provider);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_THAT(first->user().username(), StartsWith("user_"));
  EXPECT_EQ(first->user().email(), "");
  ASSERT_EQ(first->user().links_size(), 1);
  EXPECT_EQ(first->user().links(0).oidc().iss(), provider.issuer);
  EXPECT_EQ(first->user().links(0).oidc().sub(), "alice");
  EXPECT_EQ(auth::TextMember(auth::ParseJsonObject(first->id_claims_json()).value(), "sub"), "alice");
  EXPECT_EQ(first->user_claims_json(), "{\"sub\": \"alice\"}") << "as the provider wrote it";

  auto current = client::Invoke<pb::GetUserResponse>(*Connect(first->token()), "GetUser", pb::GetUserRequest());
  ASSERT_TRUE(current.ok()) << current.status();
  EXPECT_EQ(current->user().id(), first->user().id());
  pb::DecodeTokenRequest decode;
  decode.set_token(first->token());
  auto token = client::Invoke<pb::DecodeTokenResponse>(*guest_, "DecodeToken", decode);
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->token().valid_until().seconds() - token->token().issued_time().seconds(), 30 * 24 * 3600);

  auto again = LogIn(provider, Claims("claims", R"({"sub":"ALICE"})") + Claims("userinfo", R"({"sub":"ALICE"})"));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->user().id(), first->user().id()) << "the subject is compared without case";
  EXPECT_EQ(again->user().links_size(), 1);
}

TEST_F(OidcTest, VerifiedAddressesLinkToAKnownUser) {
  ProviderProcess provider;
  Upsert(Method(provider));
  auto bob = LogIn(provider, Claims("claims", R"({"sub":"bob"})") +
                                 Claims("userinfo", R"({"sub":"bob","email":"Bob@x.org","email_verified":true})"));
  ASSERT_TRUE(bob.ok()) << bob.status();
  EXPECT_EQ(bob->user().email(), "Bob@x.org");
  auto same = LogIn(provider, Claims("claims", R"({"sub":"bob2","email":"bob@x.org","email_verified":true})") +
                                  Claims("userinfo", R"({"sub":"bob2"})"));
  ASSERT_TRUE(same.ok()) << same.status();
  EXPECT_EQ(same->user().id(), bob->user().id());
  EXPECT_EQ(same->user().links_size(), 2);
  auto other = LogIn(provider, Claims("claims", R"({"sub":"eve","email":"bob@x.org","email_verified":false})") +
                                   Claims("userinfo", R"({"sub":"eve"})"));
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_NE(other->user().id(), bob->user().id()) << "anybody can claim an address";
  EXPECT_EQ(other->user().email(), "");
}

struct Row {
  const char* name;
  const char* more;  // told to the provider, "claims" and "userinfo" as JSON
  const char* claims;
  const char* userinfo;
  Code code;
};

TEST_F(OidcTest, WhatTheProviderSaysIsChecked) {
  ProviderProcess provider;
  pb::AuthMethod method = Method(provider);
  method.mutable_oidc()->add_signing_algs("RS256");
  method.mutable_oidc()->add_signing_algs("ES256");
  (*method.mutable_oidc()->mutable_list_claim_mappings())["groups"] = "groups";
  method.set_access_selector("ops in list.groups");
  Upsert(method);
  constexpr char kOps[] = R"({"groups":["dev","ops"]})";
  const Row kRows[] = {
      {"RSA", "", "{}", kOps, Code::kOk},
      {"elliptic curve", "&alg=ES256&key=ec", "{}", kOps, Code::kOk},
      {"secret in the form", "&secret_in=form", "{}", kOps, Code::kOk},
      {"groups of the ID token", "", kOps, "{}", Code::kOk},
      {"not of the group", "", "{}", R"({"groups":["dev"]})", Code::kPermissionDenied},
      {"without groups", "", "{}", "{}", Code::kInternal},
      {"signed by another key", "&key=stolen", "{}", kOps, Code::kInternal},
      {"algorithm and key do not fit", "&alg=ES256", "{}", kOps, Code::kInternal},
      {"not signed", "&alg=none", "{}", kOps, Code::kInternal},
      {"algorithm that is not allowed", "&alg=RS384", "{}", kOps, Code::kInternal},
      {"another nonce", "", R"({"nonce":"N2"})", kOps, Code::kInternal},
      {"another issuer", "", R"({"iss":"https://x"})", kOps, Code::kInternal},
      {"another client", "", R"({"aud":"x"})", kOps, Code::kInternal},
      {"expired", "", R"({"exp":1000000000})", kOps, Code::kInternal},
      {"somebody else's user info", "", "{}", R"({"sub":"mallory"})", Code::kInternal},
      {"no ID token", "&without=id_token", "{}", kOps, Code::kInternal},
      {"no user info", "&without=userinfo", "{}", kOps, Code::kInternal},
      {"wrong hash of the access token", "", R"({"at_hash":"AAAA"})", kOps, Code::kInternal},
  };
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.name);
    auto done = LogIn(provider, absl::StrCat(row.more, Claims("claims", row.claims), Claims("userinfo", row.userinfo)));
    EXPECT_EQ(done.status().code(), row.code) << done.status();
    EXPECT_FALSE(absl::StrContains(std::string(done.status().message()), kSecret));
  }
}

TEST_F(OidcTest, RequestsAreChecked) {
  ProviderProcess provider;
  Upsert(Method(provider));
  auto url = Url("");
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_THAT(*url, HasSubstr("&state=st_"));
  EXPECT_THAT(*url, HasSubstr("&nonce="));
  EXPECT_NE(*url, *Url("")) << "nonce and state are never the same again";
  EXPECT_EQ(Url("N", "https://evil.example.com/").status().code(), Code::kInternal);
  EXPECT_EQ(Url("N", "").status().code(), Code::kInvalidArgument);
  EXPECT_EQ(client::Invoke<pb::GetOIDCAuthURLResponse>(*guest_, "GetOIDCAuthURL", pb::GetOIDCAuthURLRequest())
                .status()
                .code(),
            Code::kInvalidArgument);
  pb::CompleteOIDCAuthRequest good = Authorize(provider), request = good;
  for (auto clear : {+[](pb::CompleteOIDCAuthRequest& r) { r.clear_code(); },
                     +[](pb::CompleteOIDCAuthRequest& r) { r.clear_state(); },
                     +[](pb::CompleteOIDCAuthRequest& r) { r.clear_nonce(); },
                     +[](pb::CompleteOIDCAuthRequest& r) { r.clear_redirect_uri(); },
                     +[](pb::CompleteOIDCAuthRequest& r) { r.clear_auth_method(); }}) {
    request = good;
    clear(request);
    EXPECT_EQ(Complete(request).status().code(), Code::kInvalidArgument) << request.ShortDebugString();
  }
  request = good;
  request.mutable_auth_method()->set_name("nosuch");
  EXPECT_EQ(Complete(request).status().code(), Code::kNotFound);
  request = good;
  request.set_code("made up");
  EXPECT_EQ(Complete(request).status().code(), Code::kInternal);
  EXPECT_TRUE(Complete(good).ok());
  EXPECT_EQ(Complete(good).status().code(), Code::kInternal) << "a code is good for one login";
}

TEST_F(OidcTest, ProvidersAreRememberedAndTheirNewKeysFound) {
  ProviderProcess provider;
  Upsert(Method(provider));
  ASSERT_TRUE(LogIn(provider).ok());
  ASSERT_TRUE(LogIn(provider).ok());
  auto counts = provider.Get("/counts");
  EXPECT_EQ(auth::NumberMember(counts, "/.well-known/openid-configuration"), 1);
  EXPECT_EQ(auth::NumberMember(counts, "/keys"), 1);
  provider.Get("/rotate");
  auto rotated = LogIn(provider, "&key=rsa2");
  EXPECT_TRUE(rotated.ok()) << rotated.status();
  pb::AuthMethod changed = Method(provider);
  changed.mutable_oidc()->add_scopes("groups");
  Upsert(changed);
  EXPECT_THAT(*Url("N"), HasSubstr("scope=openid+groups"));
  EXPECT_EQ(auth::NumberMember(provider.Get("/counts"), "/.well-known/openid-configuration"), 2);
}

TEST_F(OidcTest, ProvidersOverTlsAreTrustedByTheirCaOnly) {
  ProviderProcess provider(/*tls=*/true);
  Upsert(Method(provider));
  auto done = LogIn(provider);
  EXPECT_TRUE(done.ok()) << done.status();
  pb::AuthMethod untrusted = Method(provider);
  untrusted.mutable_oidc()->clear_discovery_ca_pem();
  Upsert(untrusted);
  const absl::Status refused = Url("N").status();
  EXPECT_EQ(refused.code(), Code::kInternal);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("not trusted"));
}

TEST_F(OidcTest, AnUnreachableProviderIsNamed) {
  pb::AuthMethod method;
  {
    ProviderProcess provider;
    method = Method(provider);
  }
  Upsert(method);
  const absl::Status status = Url("N").status();
  EXPECT_EQ(status.code(), Code::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr(method.oidc().discovery_url()));
}

TEST_F(OidcTest, AHangingProviderBlocksNobody) {
  const UniqueFd silent = ListenTcp("127.0.0.1", 0).value();
  pb::AuthMethod method;
  method.set_name("corp");
  method.mutable_oidc()->set_client_id("waypoint");
  method.mutable_oidc()->set_client_secret(kSecret);
  method.mutable_oidc()->set_discovery_url(absl::StrCat("http://127.0.0.1:", LocalPort(silent.get()).value()));
  Upsert(method);
  absl::Status hanging;
  std::thread caller([&] { hanging = Url("N").status(); });
  ASSERT_TRUE(WaitReadable(silent.get(), absl::Now() + absl::Seconds(20)).ok()) << "the server asks the provider";
  EXPECT_TRUE(client::Invoke<pb::GetVersionInfoResponse>(*guest_, "GetVersionInfo", Empty()).ok());
  server_->Shutdown(absl::ZeroDuration());
  caller.join();
  EXPECT_FALSE(hanging.ok());
  const absl::Time before = absl::Now();
  server_.reset();
  EXPECT_LT(absl::Now() - before, absl::Seconds(10)) << "what waits for the provider is stopped";
}

}  // namespace
}  // namespace waypoint::server
