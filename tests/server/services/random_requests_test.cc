// Every RPC with requests by chance: nobody can end the server, each call is answered once at most, and what is stored
// is what a restart finds. Runs under the sanitizers, too.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/text_format.h"
#include "server/services/random_message.h"
#include "server/services/services.h"
#include "support/manual_world.h"
#include "support/memory_backend.h"
#include "support/session_peer.h"
#include "waypoint/service.pb.h"

namespace waypoint::server {
namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

const void* const volatile g_linked = &descriptor_table_waypoint_2fservice_2eproto;

// Requests that lead somewhere; most calls are one of them with a field or two changed. "$" stands for an id that an
// answer held; the messages of a stream mostly come in this order.
const std::map<std::string, std::vector<std::string>>& Sensible() {
  static const std::string kPlace =
      "application { project: 'p' application: 'web' } workspace { workspace: 'default' } "
      "status { state: SUCCESS start_time { seconds: 1 } complete_time { seconds: 2 } } ";
  static const std::string kJob =
      "job { application { project: 'p' application: 'web' } workspace { workspace: 'default' } "
      "target_runner { any {} } data_source { local {} } ";
  static const std::map<std::string, std::vector<std::string>> kSensible = {
      {"UpsertProject", {"project { name: 'p' data_source { git { url: 'x' } } }", "project { name: 'P' }"}},
      {"UpsertApplication", {"project { project: 'p' } name: 'web'"}},
      {"UpsertBuild", {"build { " + kPlace + "}"}},
      {"UpsertPushedArtifact", {"artifact { " + kPlace + "}"}},
      {"UpsertDeployment", {"deployment { state: CREATED " + kPlace + "}"}},
      {"UpsertRelease", {"release { " + kPlace + "}"}},
      {"UpsertStatusReport", {"status_report { deployment_id: 'a' " + kPlace + "}"}},
      {"SetServerConfig", {"config { advertise_addrs { addr: 'a:1' tls: true } }"}},
      {"UpsertAuthMethod",
       {"auth_method { name: 'a' oidc { client_id: 'c' client_secret: 's' discovery_url: 'https://127.0.0.1:1' } }"}},
      {"GetOIDCAuthURL", {"auth_method { name: 'a' } redirect_uri: 'http://localhost/oidc/callback'"}},
      {"CompleteOIDCAuth",
       {"auth_method { name: 'a' } redirect_uri: 'http://localhost/oidc/callback' state: 's' nonce: 'n' code: 'c'"}},
      {"SetConfig", {"variables { name: 'A' static: '1' target { project { project: 'p' } } }"}},
      {"SetConfigSource", {"config_source { type: 'vault' global {} }"}},
      {"QueueJob", {kJob + "noop {} }", kJob + "build {} } expires_in: '1h'"}},
      {"UpsertOnDemandRunnerConfig", {"config { name: 'x' plugin_type: 'docker' default: true }"}},
      {"RunnerConfig", {"open { runner { id: 'r1' remote {} } }"}},
      {"RunnerJobStream", {"request { runner_id: 'r1' }", "ack {}", "terminal {}", "complete {}"}},
      {"EntrypointConfig", {"deployment_id: '$' instance_id: 'i1'"}},
      {"EntrypointLogStream", {"instance_id: 'i1' lines { line: 'x' }"}},
      {"GetDeployment", {"ref { id: '$' }"}},
      {"UI_GetDeployment", {"ref { id: '$' }"}},
      {"GetLogStream", {"deployment_id: '$'"}},
      {"GetJob", {"job_id: '$'"}},
      {"CancelJob", {"job_id: '$'"}},
      {"GetJobStream", {"job_id: '$'"}},
      {"ExpediteStatusReport", {"deployment { id: '$' }"}},
      {"DecodeToken", {"token: '$'"}},
      {"ConvertInviteToken", {"token: '$'"}},
      {"GenerateInviteToken", {"duration: '1h' signup { initial_username: 'newby' }"}},
      {"UpdateUser", {"user { id: '$' username: 'renamed' }"}},
      {"AdoptRunner", {"runner_id: 'r1' adopt: true"}},
      {"StartExecStream", {"start { instance_id: 'i1' args: 'sh' }", "winch { rows: 1 }", "input { data: 'x' }"}},
      {"EntrypointExecStream", {"open { instance_id: 'i1' index: 1 }", "output { data: 'x' }", "exit { code: 1 }"}},
  };
  return kSensible;
}

class FetchesNothing : public Fetcher {
 public:
  explicit FetchesNothing(Executor& executor) : executor_(executor) {}
  void Fetch(FetchRequest, Done done) override {
    executor_.Post([done = std::move(done)] { done(absl::UnavailableError("no network here")); });
  }

 private:
  Executor& executor_;
};

class AllCalls : public Table {
 public:
  void AddUnary(std::string method, Needs, RawUnary handler) override { unary[method] = std::move(handler); }
  void AddStream(std::string method, Needs, RawOpen open) override { streams[method] = std::move(open); }
  std::map<std::string, RawUnary> unary;
  std::map<std::string, RawOpen> streams;
};

struct Bytes {
  std::string data;
  const std::string& SerializeAsString() const { return data; }
  bool ParseFromString(const std::string& bytes) {
    data = bytes;
    return true;
  }
};
using RawPeer = testing::SessionPeer<Bytes, Bytes>;

class RandomRequests : public ::testing::TestWithParam<uint32_t> {
 protected:
  void Open() {
    state::StoreOptions options;
    const Indexes indexes = AddIndexes(options);
    store_ = state::OpenStore(backend_, executor_, clock_, ids_, std::move(options)).value();
    services_.emplace(*store_, indexes, clock_, ids_, fetcher_, "v0.12.0");
    services_->Register(calls_);
    services_->Start();
    executor_.RunAll();
  }
  // What a restart loads is what was there.
  void Restart() {
    peers_.clear();
    executor_.RunAll();
    const std::string before = store_->DebugDump();
    services_.reset();
    store_.reset();
    state::StoreOptions options;
    AddIndexes(options);
    EXPECT_EQ(state::OpenStore(backend_, executor_, clock_, ids_, std::move(options)).value()->DebugDump(), before);
  }

  // `place`: of the message in its stream.
  std::unique_ptr<Message> Request(const MethodDescriptor* method, size_t place = 0) {
    std::unique_ptr<Message> request(messages_.GetPrototype(method->input_type())->New());
    auto sensible = Sensible().find(method->name());
    if (sensible == Sensible().end() || random_.Below(5) == 0) {
      random_.Fill(*request);
      return request;
    }
    const size_t count = sensible->second.size();
    const bool in_order = method->client_streaming() && random_.Below(4) > 0;
    const std::string text = absl::StrReplaceAll(
        sensible->second[in_order ? std::min(place, count - 1) : random_.Below(count)], {{"$", random_.Known()}});
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, request.get())) << text;
    for (size_t changes = random_.Below(3); changes > 0; --changes) random_.Mutate(*request);
    return request;
  }
  void Learn(const MethodDescriptor* method, const std::string& bytes) {
    std::unique_ptr<Message> answer(messages_.GetPrototype(method->output_type())->New());
    ASSERT_TRUE(answer->ParseFromString(bytes)) << method->name();
    random_.Learn(*answer);
  }
  void Unary(const MethodDescriptor* method, const Table::RawUnary& handler) {
    auto answers = std::make_shared<int>(0);
    const std::string request = Request(method)->SerializeAsString();
    handler(caller_, request, [this, method, answers](absl::Status status, std::string bytes) {
      EXPECT_EQ(++*answers, 1) << method->name();
      if (status.ok()) Learn(method, bytes);
      if (status.ok()) ++succeeded_[method->name()];
      EXPECT_TRUE(status.ok() || !status.message().empty()) << method->name();
    });
  }
  void Stream(const MethodDescriptor* method, const Table::RawOpen& open) {
    auto peer = std::make_unique<RawPeer>(executor_, [&](RawOutbox* out) { return open(caller_, out); });
    const size_t count = method->client_streaming() ? 1 + random_.Below(4) : 1;
    for (size_t i = 0; i < count; ++i) {
      peer->Send({Request(method, i)->SerializeAsString()});
      if (random_.Below(2) == 0) executor_.RunAll();
    }
    executor_.RunAll();
    for (const Bytes& message : peer->Take()) {
      Learn(method, message.data);
      ++succeeded_[method->name()];
    }
    if (random_.Below(2) == 0) peer->HalfClose();
    if (random_.Below(2) == 0) peer->Cancel();
    peers_.push_back(std::move(peer));  // some stay for a while
    if (peers_.size() > 20) peers_.erase(peers_.begin() + static_cast<ptrdiff_t>(random_.Below(peers_.size())));
  }
  void CallOne() {
    const auto* service =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName("hashicorp.waypoint.Waypoint");
    const MethodDescriptor* method =
        service->method(static_cast<int>(random_.Below(static_cast<size_t>(service->method_count()))));
    // Too often it would leave nothing to look at.
    if (g_linked == nullptr || (method->name() == "DestroyProject" && random_.Below(10) > 0)) return;
    if (auto unary = calls_.unary.find(method->name()); unary != calls_.unary.end()) Unary(method, unary->second);
    if (auto open = calls_.streams.find(method->name()); open != calls_.streams.end()) Stream(method, open->second);
    executor_.RunAll();
    if (random_.Below(50) == 0) clock_.Advance(absl::Seconds(1 + static_cast<int64_t>(random_.Below(200))));
  }

  testing::ManualExecutor executor_;
  testing::FakeClock clock_{executor_};
  testing::CountingIds ids_;
  testing::MemoryBackend backend_;
  FetchesNothing fetcher_{executor_};
  google::protobuf::DynamicMessageFactory messages_;
  RandomMessage random_{GetParam()};
  std::unique_ptr<state::Store> store_;
  std::optional<Services> services_;
  AllCalls calls_;
  Caller caller_;
  std::vector<std::unique_ptr<RawPeer>> peers_;
  std::map<std::string, int> succeeded_;  // messages of answers
};

TEST_P(RandomRequests, NobodyEndsTheServer) {
  Open();
  caller_.identity.kind = auth::Identity::Kind::kUser;
  caller_.identity.user_id = "00000000000000000000000001";
  for (int i = 0; i < 10000; ++i) {
    CallOne();
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(succeeded_.size(), 55u) << "most calls lead nowhere";
  Restart();
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomRequests, ::testing::Values(1, 2, 3));

}  // namespace
}  // namespace waypoint::server
