// Every RPC of the API with every kind of token: who gets past the guard, and with which code the others are refused.
// The expectations are the tables of auth.md 3, written down once more here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "auth/label_hash.h"
#include "auth/rights.h"
#include "auth/token.h"
#include "google/protobuf/descriptor.h"
#include "server/access/server_config.h"
#include "server/access/signing.h"
#include "server/access/users.h"
#include "server/services/services.h"
#include "support/manual_world.h"
#include "support/memory_backend.h"
#include "waypoint/service.pb.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;
using Code = absl::StatusCode;

const void* const volatile g_linked = &descriptor_table_waypoint_2fservice_2eproto;

const std::set<std::string> kOpen = {"BootstrapToken",   "ConvertInviteToken",  "DecodeToken",
                                     "GetVersionInfo",   "ListOIDCAuthMethods", "GetOIDCAuthURL",
                                     "CompleteOIDCAuth", "RunnerToken",         "NoAuthRunTrigger"};

std::vector<std::string> AllMethods() {
  const auto* service =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName("hashicorp.waypoint.Waypoint");
  std::vector<std::string> names;
  for (int i = 0; g_linked != nullptr && i < service->method_count(); ++i) names.push_back(service->method(i)->name());
  return names;
}

class NobodyFetches : public Fetcher {
 public:
  void Fetch(FetchRequest, Done) override { ADD_FAILURE() << "nothing is to be fetched here"; }
};

// What the services say they need.
class NeedsTable : public Table {
 public:
  void AddUnary(std::string method, Needs needs, RawUnary) override { needs_of[method] = needs; }
  void AddStream(std::string method, Needs needs, RawOpen) override { needs_of[method] = needs; }
  std::map<std::string, Needs> needs_of;
};

struct Kind {
  const char* name;
  std::string token;
  Code elsewhere;               // at RPCs that need a token
  bool entrypoint_too = false;  // let in where the name begins with Entrypoint
  bool runner_config_too = false;
  bool tarpit = false;
};

class Rights : public ::testing::Test {
 protected:
  void SetUp() override {
    state::StoreOptions options;
    const Indexes indexes = AddIndexes(options);
    store_ = state::OpenStore(backend_, executor_, clock_, ids_, std::move(options)).value();
    services_.emplace(*store_, indexes, clock_, ids_, fetcher_, "v0.12.0");
    services_->Register(table_);
    Update([this](state::Txn& txn) {
      EnsureIdentity(txn);
      first_ = FirstUserToken(txn);
      AddRunner(txn, "adopted", pb::Runner::ADOPTED);
      AddRunner(txn, "preadopted", pb::Runner::PREADOPTED);
      AddRunner(txn, "pending", pb::Runner::PENDING);
      AddRunner(txn, "rejected", pb::Runner::REJECTED);
    });
  }

  void Update(const std::function<void(state::Txn&)>& step) {
    store_->Update(
        [&](state::Txn& txn) {
          step(txn);
          return absl::OkStatus();
        },
        [](absl::Status) {});
    executor_.RunAll();
  }
  static void AddRunner(state::Txn& txn, const std::string& id, pb::Runner::AdoptionState state) {
    pb::Runner runner;
    runner.set_id(id);
    runner.set_adoption_state(state);
    (*runner.mutable_labels())["env"] = "test";
    txn.Put(id, runner);
  }
  std::string Sign(const pb::Token& body, absl::Duration lifetime = absl::ZeroDuration()) {
    std::string text;
    Update([&](state::Txn& txn) { text = SignToken(txn, body, lifetime); });
    return text;
  }
  std::string Login(const std::string& user, const std::string& deployment = "") {
    pb::Token body;
    body.mutable_login()->set_user_id(user);
    if (!deployment.empty()) body.mutable_login()->mutable_entrypoint()->set_deployment_id(deployment);
    return Sign(body);
  }
  std::string Runner(const std::string& id, uint64_t hash = 0) {
    pb::Token body;
    body.mutable_runner()->set_id(id);
    body.mutable_runner()->set_label_hash(hash);
    return Sign(body);
  }
  std::string Trigger() {
    pb::Token body;
    body.mutable_trigger()->set_from_user_id(auth::kDefaultUserId);
    return Sign(body);
  }
  std::string Invite() {
    pb::Token body;
    body.mutable_invite()->mutable_login()->set_user_id(auth::kDefaultUserId);
    return Sign(body);
  }
  std::string Expired() {
    pb::Token body;
    body.mutable_login()->set_user_id(auth::kDefaultUserId);
    std::string text = Sign(body, absl::Seconds(1));
    clock_.Advance(absl::Seconds(2));
    return text;
  }

  struct Verdict {
    Code code = Code::kDeadlineExceeded;
    bool waited = false;
  };
  Verdict Ask(const std::string& method, const std::string& token, const std::string& cookie = "") {
    auto known = table_.needs_of.find(method);
    const Needs fallback = kOpen.count(method) > 0 ? Needs::kNobody : Needs::kUser;  // as the table of RPCs does
    Presented presented;
    presented.token = token;
    presented.cookie = cookie;
    Verdict verdict;
    bool answered = false;
    services_->guard().Check(method, known == table_.needs_of.end() ? fallback : known->second, presented,
                             [&](absl::StatusOr<auth::Identity> identity) {
                               verdict.code = identity.status().code();
                               answered = true;
                             });
    executor_.RunAll();
    if (!answered) {
      verdict.waited = true;
      clock_.Advance(absl::Seconds(4.9));
      executor_.RunAll();
      EXPECT_FALSE(answered) << "refused before 5 s";
      clock_.Advance(absl::Seconds(0.1));
      executor_.RunAll();
    }
    EXPECT_TRUE(answered) << method;
    return verdict;
  }

  waypoint::testing::ManualExecutor executor_;
  waypoint::testing::FakeClock clock_{executor_};
  waypoint::testing::CountingIds ids_;
  waypoint::testing::MemoryBackend backend_;
  std::unique_ptr<state::Store> store_;
  NobodyFetches fetcher_;
  std::optional<Services> services_;
  NeedsTable table_;
  std::string first_;
};

TEST_F(Rights, OpenRpcsAreThoseOfTheSpecificationAndNoOthers) {
  std::vector<std::string> open;
  for (const auto& [method, needs] : table_.needs_of) {
    if (needs == Needs::kNobody) open.push_back(method);
    EXPECT_EQ(needs == Needs::kNobody, kOpen.count(method) > 0) << method;
  }
  for (const std::string& method : AllMethods()) {
    EXPECT_EQ(auth::IsAnonymous(method), kOpen.count(method) > 0) << method;
  }
  EXPECT_GE(open.size(), 8u);
}

TEST_F(Rights, EveryKindOfTokenAtEveryRpc) {
  const uint64_t labels = auth::HashLabels({{"env", "test"}});
  const std::vector<Kind> kinds = {
      {"no token", "", Code::kUnauthenticated},
      {"no base58", "not0token", Code::kUnknown},
      {"short", "x", Code::kUnknown},
      {"expired", Expired(), Code::kUnknown},
      {"login", first_, Code::kOk},
      {"login of a user who is gone", Login("01AAAAAAAAAAAAAAAAAAAAAAAA"), Code::kUnauthenticated},
      {"entrypoint", Login(auth::kDefaultUserId, "D1"), Code::kUnauthenticated, true},
      {"any runner", Runner(""), Code::kOk},
      {"adopted runner", Runner("adopted"), Code::kOk},
      {"preadopted runner", Runner("preadopted"), Code::kOk},
      {"adopted runner with its labels", Runner("adopted", labels), Code::kOk},
      {"adopted runner with other labels", Runner("adopted", labels + 1), Code::kPermissionDenied, false, true},
      {"pending runner", Runner("pending"), Code::kPermissionDenied, false, true, true},
      {"rejected runner", Runner("rejected"), Code::kPermissionDenied, false, true, true},
      {"unknown runner", Runner("nosuch"), Code::kPermissionDenied, false, true, true},
      {"runner's id in other case", Runner("ADOPTED"), Code::kPermissionDenied, false, true, true},
      {"trigger", Trigger(), Code::kPermissionDenied},
      {"invite", Invite(), Code::kUnknown},
  };
  const std::vector<std::string> methods = AllMethods();
  ASSERT_GE(methods.size(), 108u);
  for (const Kind& kind : kinds) {
    for (const std::string& method : methods) {
      Code want = kind.elsewhere;
      if (kOpen.count(method) > 0) want = Code::kOk;
      if (kind.entrypoint_too && absl::StartsWith(method, "Entrypoint")) want = Code::kOk;
      if (kind.runner_config_too && method == "RunnerConfig") want = Code::kOk;
      const Verdict verdict = Ask(method, kind.token);
      EXPECT_EQ(verdict.code, want) << kind.name << " at " << method;
      EXPECT_EQ(verdict.waited, kind.tarpit && want != Code::kOk) << kind.name << " at " << method;
    }
  }
}

TEST_F(Rights, AWrongCookieIsRefusedEverywhereAndFirst) {
  std::string cookie;
  Update([&](state::Txn& txn) { cookie = LoadServerConfig(txn).cookie(); });
  for (const std::string& method : AllMethods()) {
    EXPECT_EQ(Ask(method, "", "WPCWRONG").code, Code::kPermissionDenied) << method;
    EXPECT_EQ(Ask(method, "x", "WPCWRONG").code, Code::kPermissionDenied) << method;
    EXPECT_EQ(Ask(method, first_, cookie).code, Code::kOk) << method;
    EXPECT_EQ(Ask(method, first_, absl::AsciiStrToLower(cookie)).code, Code::kOk) << method;
  }
}

// Rotation: sign with a new key, keep the old one (auth.md 1).
TEST_F(Rights, TokensOfEveryKeptKeyAreAccepted) {
  pb::HMACKey key;
  key.set_id("k2");
  key.set_key(std::string(auth::kKeyBytes, 'q'));
  pb::Token body;
  body.mutable_login()->set_user_id(auth::kDefaultUserId);
  const std::string by_new = auth::EncodeToken(body, "K2", key.key());
  EXPECT_EQ(Ask("GetUser", by_new).code, Code::kUnknown) << "nobody knows the key yet";
  Update([&](state::Txn& txn) { txn.Put("k2", key); });
  EXPECT_EQ(Ask("GetUser", by_new).code, Code::kOk) << "ids of keys are compared without case";
  EXPECT_EQ(Ask("GetUser", first_).code, Code::kOk);
  EXPECT_EQ(Ask("GetUser", auth::EncodeToken(body, "k2", std::string(auth::kKeyBytes, 'r'))).code, Code::kUnknown);
  EXPECT_EQ(Ask("GetUser", auth::EncodeToken(body, "k3", key.key())).code, Code::kUnknown);
}

TEST_F(Rights, ADeletedUsersTokensFailWithTheNextCall) {
  Update([](state::Txn& txn) {
    pb::User user;
    user.set_id("01BBBBBBBBBBBBBBBBBBBBBBBB");
    user.set_username("bob");
    PutUser(txn, user);
  });
  const std::string token = Login("01BBBBBBBBBBBBBBBBBBBBBBBB");
  EXPECT_EQ(Ask("ListProjects", token).code, Code::kOk);
  Update([](state::Txn& txn) { txn.Delete<pb::User>("01bbbbbbbbbbbbbbbbbbbbbbbb"); });
  EXPECT_EQ(Ask("ListProjects", token).code, Code::kUnauthenticated);
}

}  // namespace
}  // namespace waypoint::server
