#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "absl/strings/ascii.h"

#include "auth/label_hash.h"
#include "errors/details.h"
#include "server/access/access_guard.h"
#include "server/access/auth_methods.h"
#include "server/access/server_config.h"
#include "server/access/signing.h"
#include "server/access/token_service.h"
#include "server/access/user_service.h"
#include "server/access/users.h"
#include "support/manual_world.h"
#include "support/memory_backend.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;
using google::protobuf::Empty;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// The table without a transport: handlers are called with bytes.
class FakeTable : public Table {
 public:
  void AddUnary(std::string method, Needs needs, RawUnary handler) override {
    needs_[method] = needs;
    unary_[std::move(method)] = std::move(handler);
  }
  void AddStream(std::string, Needs, RawOpen) override {}
  RawUnary& unary(const std::string& method) { return unary_.at(method); }
  Needs needs(const std::string& method) { return needs_.at(method); }

 private:
  std::map<std::string, RawUnary> unary_;
  std::map<std::string, Needs> needs_;
};

class Access : public ::testing::Test {
 protected:
  void SetUp() override {
    state::StoreOptions options;
    auto index = std::make_unique<UserIndex>();
    const UserIndex& users = *index;
    options.indexes.push_back(std::move(index));
    auto store = state::OpenStore(backend_, executor_, clock_, ids_, std::move(options));
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    store_->Update(
        [](state::Txn& txn) {
          EnsureIdentity(txn);
          return absl::OkStatus();
        },
        [](absl::Status) {});
    tokens_.emplace(*store_, clock_, users);
    users_.emplace(*store_, users);
    config_.emplace(*store_, "v0.12.0");
    tokens_->Register(table_);
    users_->Register(table_);
    config_->Register(table_);
    auth_methods_.emplace(*store_);
    auth_methods_->Register(table_);
    guard_.emplace(*store_, clock_);
  }

  // As a network call would go: guard, handler, answer.
  template <typename Res>
  absl::StatusOr<Res> Invoke(const std::string& method, const google::protobuf::Message& request) {
    absl::StatusOr<Res> result = absl::UnknownError("no answer");
    Presented presented;
    presented.token = token_;
    presented.cookie = cookie_;
    guard_->Check(method, table_.needs(method), presented, [&](absl::StatusOr<auth::Identity> identity) {
      if (!identity.ok()) {
        result = identity.status();
        return;
      }
      Caller caller;
      caller.identity = *identity;
      table_.unary(method)(caller, request.SerializeAsString(), [&](absl::Status status, std::string bytes) {
        if (!status.ok()) {
          result = status;
        } else {
          result = Res();
          result->ParseFromString(bytes);
        }
      });
    });
    executor_.RunAll();
    return result;
  }
  absl::StatusCode Code(const std::string& method, const google::protobuf::Message& request) {
    return Invoke<Empty>(method, request).status().code();
  }
  std::string Bootstrap() {
    token_.clear();
    auto response = Invoke<pb::NewTokenResponse>("BootstrapToken", Empty());
    EXPECT_TRUE(response.ok()) << response.status();
    token_ = response->token();
    return token_;
  }
  std::string Invite(const pb::InviteTokenRequest& request) {
    return Invoke<pb::NewTokenResponse>("GenerateInviteToken", request).value().token();
  }
  std::string Convert(const std::string& invite) {
    pb::ConvertInviteTokenRequest request;
    request.set_token(invite);
    return Invoke<pb::NewTokenResponse>("ConvertInviteToken", request).value().token();
  }
  pb::Token Inside(const std::string& token) {
    pb::DecodeTokenRequest request;
    request.set_token(token);
    return Invoke<pb::DecodeTokenResponse>("DecodeToken", request).value().token();
  }

  waypoint::testing::ManualExecutor executor_;
  waypoint::testing::FakeClock clock_{executor_};
  waypoint::testing::CountingIds ids_;
  waypoint::testing::MemoryBackend backend_;
  std::unique_ptr<state::Store> store_;
  FakeTable table_;
  std::optional<TokenService> tokens_;
  std::optional<UserService> users_;
  std::optional<ServerConfigService> config_;
  std::optional<AuthMethodService> auth_methods_;
  std::optional<AccessGuard> guard_;
  std::string token_, cookie_;
};

TEST_F(Access, BootstrapOnce) {
  Bootstrap();
  auto user = Invoke<pb::GetUserResponse>("GetUser", pb::GetUserRequest());
  ASSERT_TRUE(user.ok()) << user.status();
  EXPECT_EQ(user->user().id(), "00000000000000000000000001");
  EXPECT_EQ(user->user().username(), "waypoint");
  EXPECT_FALSE(Inside(token_).has_valid_until());
  EXPECT_THAT(Inside(token_).accessor_id(), SizeIs(16));
  EXPECT_EQ(Code("BootstrapToken", Empty()), absl::StatusCode::kPermissionDenied);
}

TEST_F(Access, NoTokenBadTokenAnonymous) {
  EXPECT_EQ(Code("ListUsers", Empty()), absl::StatusCode::kUnauthenticated);
  token_ = "notatoken";
  EXPECT_EQ(Code("ListUsers", Empty()), absl::StatusCode::kUnknown);
  auto info = Invoke<pb::GetVersionInfoResponse>("GetVersionInfo", Empty());
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->info().api().current(), 1u);
  EXPECT_EQ(info->server_features().features(0), pb::ServerFeatures::FEATURE_INLINE_KEEPALIVES);
}

TEST_F(Access, CookieIsCheckedFirstAndEverywhere) {
  cookie_ = "WPCwrong";
  EXPECT_EQ(Code("GetVersionInfo", Empty()), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Code("ListUsers", Empty()), absl::StatusCode::kPermissionDenied);
  cookie_.clear();
  Bootstrap();
  const std::string right = Invoke<pb::GetServerConfigResponse>("GetServerConfig", Empty())->config().cookie();
  EXPECT_EQ(right.substr(0, 3), "WPC");
  cookie_ = absl::AsciiStrToLower(right);
  EXPECT_EQ(Code("GetServerConfig", Empty()), absl::StatusCode::kOk);
}

TEST_F(Access, ServerConfigKeepsTheCookieAndWantsOneAddress) {
  Bootstrap();
  const std::string cookie = Invoke<pb::GetServerConfigResponse>("GetServerConfig", Empty())->config().cookie();
  pb::SetServerConfigRequest request;
  request.mutable_config();
  EXPECT_EQ(Code("SetServerConfig", request), absl::StatusCode::kFailedPrecondition);
  request.mutable_config()->add_advertise_addrs()->set_addr("a:1");
  request.mutable_config()->set_cookie("mine");
  request.mutable_config()->set_platform("docker");
  EXPECT_EQ(Code("SetServerConfig", request), absl::StatusCode::kOk);
  auto config = Invoke<pb::GetServerConfigResponse>("GetServerConfig", Empty())->config();
  EXPECT_EQ(config.cookie(), cookie);
  EXPECT_EQ(config.advertise_addrs(0).addr(), "a:1");
  EXPECT_EQ(config.platform(), "docker");
}

TEST_F(Access, LoginTokensExpireWithoutLeeway) {
  Bootstrap();
  pb::LoginTokenRequest request;
  request.set_duration("1h");
  token_ = Invoke<pb::NewTokenResponse>("GenerateLoginToken", request)->token();
  EXPECT_EQ(Code("ListUsers", Empty()), absl::StatusCode::kOk);
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(Code("ListUsers", Empty()), absl::StatusCode::kOk);
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(Code("ListUsers", Empty()), absl::StatusCode::kUnknown);
}

TEST_F(Access, LoginTokenRules) {
  Bootstrap();
  pb::LoginTokenRequest request;
  request.set_duration("nonsense");
  EXPECT_EQ(Code("GenerateLoginToken", request), absl::StatusCode::kUnknown);
  request.clear_duration();
  request.mutable_user()->mutable_username()->set_username("nosuch");
  EXPECT_EQ(Code("GenerateLoginToken", request), absl::StatusCode::kNotFound);
  request.clear_user();
  request.set_trigger(true);
  token_ = Invoke<pb::NewTokenResponse>("GenerateLoginToken", request)->token();
  EXPECT_EQ(Inside(token_).trigger().from_user_id(), auth::kDefaultUserId);
  EXPECT_EQ(Code("ListUsers", Empty()), absl::StatusCode::kPermissionDenied);
}

TEST_F(Access, InviteWithSignupMakesANewUserEachTime) {
  Bootstrap();
  pb::InviteTokenRequest request;
  EXPECT_EQ(Code("GenerateInviteToken", request), absl::StatusCode::kUnknown) << "a duration is required";
  request.set_duration("24h0m0s");
  request.mutable_signup()->set_initial_username("alice");
  const std::string invite = Invite(request);
  const std::string admin = token_;
  token_ = invite;
  EXPECT_EQ(Code("ListUsers", Empty()), absl::StatusCode::kUnknown) << "an invite is no login";
  token_ = Convert(invite);
  EXPECT_FALSE(Inside(token_).has_valid_until());
  EXPECT_EQ(Invoke<pb::GetUserResponse>("GetUser", pb::GetUserRequest())->user().username(), "alice");
  Convert(invite);
  token_ = admin;
  EXPECT_THAT(Invoke<pb::ListUsersResponse>("ListUsers", Empty())->users(), SizeIs(3));
}

TEST_F(Access, OnlyInvitesConvert) {
  Bootstrap();
  pb::ConvertInviteTokenRequest request;
  request.set_token(token_);
  EXPECT_EQ(Code("ConvertInviteToken", request), absl::StatusCode::kUnknown);
}

TEST_F(Access, BadNameOfASignup) {
  Bootstrap();
  pb::InviteTokenRequest request;
  request.set_duration("5m");
  request.mutable_signup()->set_initial_username("-");
  pb::ConvertInviteTokenRequest convert;
  convert.set_token(Invite(request));
  absl::Status status = Invoke<pb::NewTokenResponse>("ConvertInviteToken", convert).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(ViolationsOf(status), SizeIs(1));
}

TEST_F(Access, EntrypointInviteGivesATokenForEntrypointsOnly) {
  Bootstrap();
  pb::InviteTokenRequest request;
  request.set_duration("87600h");
  request.mutable_unused_entrypoint()->set_deployment_id("d1");
  request.mutable_signup()->set_initial_username("dropped");
  token_ = Convert(Invite(request));
  pb::Token inside = Inside(token_);
  EXPECT_EQ(inside.login().user_id(), auth::kDefaultUserId);
  EXPECT_EQ(inside.login().entrypoint().deployment_id(), "d1");
  EXPECT_EQ(Code("ListUsers", Empty()), absl::StatusCode::kUnauthenticated);
}

TEST_F(Access, RunnerTokens) {
  Bootstrap();
  pb::GenerateRunnerTokenRequest request;
  (*request.mutable_labels())["env"] = "dev";
  token_ = Invoke<pb::NewTokenResponse>("GenerateRunnerToken", request)->token();
  EXPECT_EQ(Inside(token_).runner().label_hash(), auth::RunnerLabelHash(request.labels()));
  EXPECT_FALSE(Invoke<pb::GetUserResponse>("GetUser", pb::GetUserRequest())->has_user());
  EXPECT_EQ(Code("GenerateLoginToken", pb::LoginTokenRequest()), absl::StatusCode::kUnauthenticated);
  request.set_id("other");
  EXPECT_EQ(Code("GenerateRunnerToken", request), absl::StatusCode::kInvalidArgument);
}

TEST_F(Access, RunnerThatIsNotAdoptedWaitsInTheTarpit) {
  Bootstrap();
  pb::GenerateRunnerTokenRequest request;
  request.set_id("R1");
  Presented presented;
  presented.token = Invoke<pb::NewTokenResponse>("GenerateRunnerToken", request)->token();
  absl::optional<absl::StatusCode> code;
  guard_->Check("GetJob", Needs::kRunner, presented,
                [&](absl::StatusOr<auth::Identity> identity) { code = identity.status().code(); });
  executor_.RunAll();
  EXPECT_FALSE(code.has_value());
  clock_.Advance(absl::Seconds(5));
  executor_.RunAll();
  EXPECT_EQ(code, absl::StatusCode::kPermissionDenied);
}

TEST_F(Access, TokensSurviveARestart) {
  Bootstrap();
  SetUp();  // the same backend
  EXPECT_EQ(Code("ListUsers", Empty()), absl::StatusCode::kOk);
}

TEST_F(Access, RotatedKeysStillVerify) {
  Bootstrap();
  std::string old;
  store_->Update(
      [&](state::Txn& txn) {
        pb::HMACKey key;
        key.set_id("K0");
        key.set_key(std::string(32, 'k'));
        txn.Put("k0", key);
        pb::Token body;
        body.mutable_login()->set_user_id(auth::kDefaultUserId);
        old = auth::EncodeToken(body, "K0", key.key());
        return absl::OkStatus();
      },
      [](absl::Status) {});
  token_ = old;
  EXPECT_EQ(Code("ListUsers", Empty()), absl::StatusCode::kOk);
}

TEST_F(Access, DeletedUserIsOut) {
  Bootstrap();
  const std::string admin = token_;
  pb::InviteTokenRequest invite;
  invite.set_duration("1h");
  invite.mutable_signup()->set_initial_username("bob");
  const std::string bob = Convert(Invite(invite));
  pb::DeleteUserRequest request;
  request.mutable_user()->mutable_username()->set_username("BOB");
  EXPECT_EQ(Code("DeleteUser", request), absl::StatusCode::kOk);
  EXPECT_EQ(Code("DeleteUser", request), absl::StatusCode::kOk) << "again: nothing to do";
  token_ = bob;
  EXPECT_EQ(Code("ListUsers", Empty()), absl::StatusCode::kUnauthenticated);
  token_ = admin;
  request.mutable_user()->mutable_username()->set_username("waypoint");
  EXPECT_EQ(Code("DeleteUser", request), absl::StatusCode::kFailedPrecondition);
}

TEST_F(Access, UpdateUserWritesNameAndDisplayOnly) {
  Bootstrap();
  pb::UpdateUserRequest request;
  request.mutable_user()->set_id(auth::kDefaultUserId);
  request.mutable_user()->set_username("ada");
  request.mutable_user()->set_display("Ada L.");
  request.mutable_user()->set_email("ignored@example.org");
  auto response = Invoke<pb::UpdateUserResponse>("UpdateUser", request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->user().display(), "Ada L.");
  EXPECT_EQ(response->user().email(), "");
  request.mutable_user()->set_id("nosuch");
  EXPECT_EQ(Code("UpdateUser", request), absl::StatusCode::kNotFound);
  for (const char* bad : {"", "a", "-ab", "ab-", "a b", "0123456789012345678901234567890123456789"}) {
    request.mutable_user()->set_username(bad);
    EXPECT_EQ(Code("UpdateUser", request), absl::StatusCode::kInvalidArgument) << bad;
  }
}

TEST_F(Access, AuthMethodsAreReplacedWholeAndKeyedWithoutCase) {
  Bootstrap();
  pb::UpsertAuthMethodRequest request;
  pb::AuthMethod& method = *request.mutable_auth_method();
  method.set_name("Google");
  method.mutable_oidc()->set_client_id("id");
  method.mutable_oidc()->set_client_secret("secret");
  method.mutable_oidc()->set_discovery_url("https://accounts.example.org");
  method.set_access_selector("value.email matches \"@example.org$\" or \"ops\" in list.groups");
  auto response = Invoke<pb::UpsertAuthMethodResponse>("UpsertAuthMethod", request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->auth_method().display_name(), "Google");
  method.set_name("GOOGLE");
  method.set_description("again");
  EXPECT_EQ(Code("UpsertAuthMethod", request), absl::StatusCode::kOk);
  auto all = Invoke<pb::ListAuthMethodsResponse>("ListAuthMethods", Empty());
  ASSERT_THAT(all->auth_methods(), SizeIs(1));
  EXPECT_EQ(all->auth_methods(0).oidc().client_secret(), "secret");
  token_.clear();
  EXPECT_EQ(Invoke<pb::ListOIDCAuthMethodsResponse>("ListOIDCAuthMethods", Empty())->auth_methods(0).name(), "GOOGLE");
}

TEST_F(Access, BadAuthMethodsNameEveryField) {
  Bootstrap();
  pb::UpsertAuthMethodRequest request;
  pb::AuthMethod& method = *request.mutable_auth_method();
  method.set_name("TOKEN");
  method.set_access_selector("==");
  method.mutable_oidc()->set_discovery_url("not a url");
  (*method.mutable_oidc()->mutable_claim_mappings())["email"] = "range";
  method.mutable_oidc()->add_signing_algs("HS256");
  absl::Status status = Invoke<pb::UpsertAuthMethodResponse>("UpsertAuthMethod", request).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(ViolationsOf(status), SizeIs(7)) << status;
  pb::DeleteAuthMethodRequest gone;
  gone.mutable_auth_method()->set_name("nosuch");
  EXPECT_EQ(Code("DeleteAuthMethod", gone), absl::StatusCode::kNotFound);
}

TEST_F(Access, RequestsWithoutTheirMessageAreInvalid) {
  Bootstrap();
  EXPECT_EQ(Code("DeleteUser", pb::DeleteUserRequest()), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("UpdateUser", pb::UpdateUserRequest()), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("UpsertAuthMethod", pb::UpsertAuthMethodRequest()), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("GetAuthMethod", pb::GetAuthMethodRequest()), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("DeleteAuthMethod", pb::DeleteAuthMethodRequest()), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("SetServerConfig", pb::SetServerConfigRequest()), absl::StatusCode::kInvalidArgument);
  // One that is there and names nothing is another thing.
  pb::DeleteUserRequest user;
  user.mutable_user();
  EXPECT_EQ(Code("DeleteUser", user), absl::StatusCode::kFailedPrecondition);
  pb::GetAuthMethodRequest method;
  method.mutable_auth_method();
  EXPECT_EQ(Code("GetAuthMethod", method), absl::StatusCode::kNotFound);
  pb::SetServerConfigRequest config;
  config.mutable_config();
  EXPECT_EQ(Code("SetServerConfig", config), absl::StatusCode::kFailedPrecondition);
}

TEST_F(Access, NamesAndUrlsOfAuthMethods) {
  Bootstrap();
  const auto code = [this](const std::string& url, const std::string& name) {
    pb::UpsertAuthMethodRequest request;
    pb::AuthMethod& method = *request.mutable_auth_method();
    method.set_name("a");
    method.mutable_oidc()->set_client_id("id");
    method.mutable_oidc()->set_client_secret("secret");
    method.mutable_oidc()->set_discovery_url(url);
    (*method.mutable_oidc()->mutable_list_claim_mappings())["claim"] = name;
    return Code("UpsertAuthMethod", request);
  };
  for (const char* url : {"https://a", "http://127.0.0.1:80/x?y=z"}) {
    EXPECT_EQ(code(url, "n"), absl::StatusCode::kOk) << url;
  }
  for (const char* url : {"https://a b", "https://", "a", "https://a\nb", "://a"}) {
    EXPECT_EQ(code(url, "n"), absl::StatusCode::kInvalidArgument) << url;
  }
  for (const char* name : {"_", "a1_", "aé", "名", "Type"}) {
    EXPECT_EQ(code("https://a", name), absl::StatusCode::kOk) << name;
  }
  for (const char* name : {"", "1a", "a b", "a-b", "a.b", "type", "€"}) {
    EXPECT_EQ(code("https://a", name), absl::StatusCode::kInvalidArgument) << name;
  }
}

TEST_F(Access, LegacyTokenMakesTheFirstUserOnAnEmptyServer) {
  store_->Update(
      [&](state::Txn& txn) {
        pb::Token body;
        body.set_unused_login(true);
        token_ = SignToken(txn, body);
        return absl::OkStatus();
      },
      [](absl::Status) {});
  EXPECT_THAT(Invoke<pb::ListUsersResponse>("ListUsers", Empty())->users(), SizeIs(1));
}

// Names are not unique: who was written last has it, and when he goes, who is left.
TEST_F(Access, AmongHoldersOfANameTheLastWrittenIsFound) {
  Bootstrap();
  auto sign_up = [this](const std::string& name) {
    pb::InviteTokenRequest invite;
    invite.set_duration("1h");
    invite.mutable_signup()->set_initial_username(name);
    return Inside(Convert(Invite(invite))).login().user_id();
  };
  auto holder = [this] {
    pb::GetUserRequest request;
    request.mutable_user()->mutable_username()->set_username("ALICE");
    auto found = Invoke<pb::GetUserResponse>("GetUser", request);
    return found.ok() ? found->user().id() : found.status().ToString();
  };
  const std::string first = sign_up("alice"), second = sign_up("Alice");
  EXPECT_EQ(holder(), second);
  pb::UpdateUserRequest update;
  update.mutable_user()->set_id(first);
  update.mutable_user()->set_username("alice");
  ASSERT_TRUE(Invoke<pb::UpdateUserResponse>("UpdateUser", update).ok());
  EXPECT_EQ(holder(), first);
  pb::DeleteUserRequest remove;
  remove.mutable_user()->mutable_id()->set_id(first);
  ASSERT_TRUE(Invoke<Empty>("DeleteUser", remove).ok());
  EXPECT_EQ(holder(), second);
  update.mutable_user()->set_id(second);
  update.mutable_user()->set_username("bob");
  ASSERT_TRUE(Invoke<pb::UpdateUserResponse>("UpdateUser", update).ok());
  EXPECT_THAT(holder(), HasSubstr("NOT_FOUND"));
}

}  // namespace
}  // namespace waypoint::server
