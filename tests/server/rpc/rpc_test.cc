// The adapter and the channel against each other, over real connections.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <iostream>
#include <optional>
#include <thread>

#include "absl/strings/str_join.h"
#include "absl/synchronization/notification.h"
#include "base/real_clock.h"
#include "client/channel/grpc_channel.h"
#include "client/channel/keepalives.h"
#include "errors/details.h"
#include "google/protobuf/empty.pb.h"
#include "grpc/health.pb.h"
#include "grpc/reflection.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "server/rpc/rpc_server.h"
#include "server/tls/self_signed.h"
#include "transport/buffers.h"
#include "waypoint/job.pb.h"
#include "waypoint/runner.pb.h"
#include "waypoint/service.pb.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;
using client::CallOptions;
using google::protobuf::Empty;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

// Lets everybody with the token "good" in.
class FakeGuard : public Guard {
 public:
  void Check(const std::string& /*method*/, Needs needs, const Presented& presented,
             std::function<void(absl::StatusOr<auth::Identity>)> answer) override {
    auth::Identity identity;
    identity.user_id = presented.token;
    if (needs == Needs::kNobody || presented.token == "good") return answer(identity);
    answer(absl::UnauthenticatedError("no"));
  }
};

// What sessions in these tests saw.
struct Seen {
  std::atomic<int> closed{0};
  std::atomic<int> half_closed{0};
  absl::Mutex mu;
  absl::Status why ABSL_GUARDED_BY(mu);
};

using EchoSession = Session<pb::RunnerJobStreamRequest, pb::RunnerJobStreamResponse>;

class Echo : public EchoSession {
 public:
  Echo(Outbox<pb::RunnerJobStreamResponse> out, Seen& seen) : EchoSession(out), seen_(seen) {}
  void OnMessage(pb::RunnerJobStreamRequest message) override {
    const std::string& id = message.request().runner_id();
    if (id == "end") return out_.Finish(absl::OkStatus());
    if (id == "fail") return out_.Finish(WithDetail(absl::AbortedError("as asked"), "key", "value"));
    const int copies = id == "flood" ? 100'000 : 1;
    for (int i = 0; i < copies; ++i) {
      pb::RunnerJobStreamResponse response;
      response.mutable_assignment()->mutable_job()->set_id(id == "flood" ? std::string(1000, 'x') : id);
      out_.Send(response);
    }
  }
  void OnHalfClose() override {
    ++seen_.half_closed;
    out_.Finish(absl::OkStatus());
  }
  void OnClosed(absl::Status why) override {
    absl::MutexLock lock(&seen_.mu);
    seen_.why = std::move(why);
    ++seen_.closed;
  }

 private:
  Seen& seen_;
};

using CountSession = Session<pb::GetJobStreamRequest, pb::GetJobStreamResponse>;

// Sends numbers as fast as they are pulled.
class Count : public CountSession {
 public:
  Count(Outbox<pb::GetJobStreamResponse> out, Seen& seen) : CountSession(out), seen_(seen) {}
  void OnMessage(pb::GetJobStreamRequest request) override {
    left_ = std::stoi(request.job_id());
    out_.Wake();
  }
  std::optional<pb::GetJobStreamResponse> Next() override {
    if (left_ < 0) return std::nullopt;
    if (left_ == 0) {
      out_.Finish(absl::OkStatus());
      return std::nullopt;
    }
    pb::GetJobStreamResponse response;
    response.mutable_open();
    --left_;
    return response;
  }
  void OnClosed(absl::Status) override { ++seen_.closed; }

 private:
  Seen& seen_;
  int left_ = -1;
};

class Service {
 public:
  void Version(const Caller&, const Empty&, Reply<pb::GetVersionInfoResponse> reply) {
    pb::GetVersionInfoResponse response;
    response.mutable_info()->set_version("v1");
    response.mutable_server_features()->add_features(pb::ServerFeatures::FEATURE_INLINE_KEEPALIVES);
    reply(response);
  }
  void User(const Caller& caller, const pb::GetUserRequest& request, Reply<pb::GetUserResponse> reply) {
    if (request.user().username().username() == "nobody") {
      return reply(WithDetail(absl::NotFoundError("no such user"), "username", "nobody"));
    }
    pb::GetUserResponse response;
    response.mutable_user()->set_id(caller.identity.user_id);
    response.mutable_user()->set_display(request.user().username().username());
    reply(response);
  }
  void Wait(const Caller&, const pb::GetTaskRequest&, Reply<pb::GetTaskResponse> reply) { waiting_ = reply; }
  std::unique_ptr<EchoSession> OpenEcho(const Caller&, Outbox<pb::RunnerJobStreamResponse> out) {
    return std::make_unique<Echo>(out, seen);
  }
  std::unique_ptr<CountSession> OpenCount(const Caller&, Outbox<pb::GetJobStreamResponse> out) {
    return std::make_unique<Count>(out, seen);
  }
  Seen seen;

 private:
  std::optional<Reply<pb::GetTaskResponse>> waiting_;
};

template <typename F>
bool Eventually(F f) {
  for (int i = 0; i < 1000; ++i) {
    if (f()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

class Rpc : public ::testing::Test {
 protected:
  void SetUp() override {
    MethodTable& t = server_->table();
    t.Unary("GetVersionInfo", Needs::kNobody, service_, &Service::Version);
    t.Unary("GetUser", Needs::kUser, service_, &Service::User);
    t.Unary("GetTask", Needs::kUser, service_, &Service::Wait);
    t.Stream("RunnerJobStream", Needs::kRunner, service_, &Service::OpenEcho);
    t.Stream("GetJobStream", Needs::kUser, service_, &Service::OpenCount);
    absl::StatusOr<PemPair> pair = MakeSelfSigned(absl::Now());
    ASSERT_TRUE(pair.ok()) << pair.status();
    ListenOptions options;
    options.cert_pem = pair->cert;
    options.key_pem = pair->key;
    ASSERT_TRUE(server_->Listen(options, clock_, guard_).ok());
    channel_ = Connect("good");
  }
  void TearDown() override {
    channel_.reset();
    server_->Shutdown(absl::ZeroDuration());
  }
  std::unique_ptr<client::Channel> Connect(const std::string& token) {
    client::DialOptions options;
    options.address = "127.0.0.1:" + std::to_string(server_->port());
    options.tls_skip_verify = true;
    options.token = token;
    auto channel = client::Dial(options);
    EXPECT_TRUE(channel.ok()) << channel.status();
    return *std::move(channel);
  }
  static pb::RunnerJobStreamRequest Say(const std::string& id) {
    pb::RunnerJobStreamRequest request;
    request.mutable_request()->set_runner_id(id);
    return request;
  }

  std::unique_ptr<RpcServer> server_ = RpcServer::Create();
  RealClock clock_{&server_->loop()};
  FakeGuard guard_;
  Service service_;
  std::unique_ptr<client::Channel> channel_;
};

TEST_F(Rpc, UnaryKnowsItsCaller) {
  pb::GetUserRequest request;
  request.mutable_user()->mutable_username()->set_username("ada");
  auto response = client::Invoke<pb::GetUserResponse>(*channel_, "GetUser", request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->user().id(), "good");
  EXPECT_EQ(response->user().display(), "ada");
}

TEST_F(Rpc, ErrorsKeepCodeTextAndDetails) {
  pb::GetUserRequest request;
  request.mutable_user()->mutable_username()->set_username("nobody");
  absl::Status status = client::Invoke<pb::GetUserResponse>(*channel_, "GetUser", request).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), "no such user");
  EXPECT_THAT(DetailsOf(status), ElementsAre(Pair("username", "nobody")));
}

TEST_F(Rpc, NotBuiltIsUnimplementedAfterTheTokenUnknownIsBefore) {
  auto stranger = Connect("bad");
  Empty empty;
  EXPECT_EQ(stranger->Call("ListUsers", empty, &empty, {}).code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(channel_->Call("ListUsers", empty, &empty, {}).code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(stranger->Call("NoSuchMethod", empty, &empty, {}).code(), absl::StatusCode::kUnimplemented);
}

TEST_F(Rpc, DeadlineEndsACallThatIsNotAnswered) {
  CallOptions options;
  options.timeout = absl::Milliseconds(100);
  pb::GetTaskResponse response;
  EXPECT_EQ(channel_->Call("GetTask", pb::GetTaskRequest(), &response, options).code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST_F(Rpc, StopTokenCancelsACall) {
  std::stop_source source;
  CallOptions options;
  options.stop = source.get_token();
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    source.request_stop();
  });
  pb::GetTaskResponse response;
  EXPECT_EQ(channel_->Call("GetTask", pb::GetTaskRequest(), &response, options).code(), absl::StatusCode::kCancelled);
}

TEST_F(Rpc, BidiEchoesInOrderUntilTheServerEnds) {
  auto stream = channel_->Open("RunnerJobStream", {});
  pb::RunnerJobStreamResponse response;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(stream->Send(Say(std::to_string(i))));
    ASSERT_TRUE(*stream->Receive(&response));
    EXPECT_EQ(response.assignment().job().id(), std::to_string(i));
  }
  stream->Send(Say("end"));
  absl::StatusOr<bool> more = stream->Receive(&response);
  ASSERT_TRUE(more.ok()) << more.status();
  EXPECT_FALSE(*more);
  EXPECT_TRUE(Eventually([&] { return service_.seen.closed == 1; }));
  absl::MutexLock lock(&service_.seen.mu);
  EXPECT_TRUE(service_.seen.why.ok());
}

TEST_F(Rpc, HalfCloseReachesTheSession) {
  auto stream = channel_->Open("RunnerJobStream", {});
  stream->CloseSend();
  pb::RunnerJobStreamResponse response;
  EXPECT_FALSE(*stream->Receive(&response));
  EXPECT_EQ(service_.seen.half_closed, 1);
}

TEST_F(Rpc, StreamErrorsKeepDetails) {
  auto stream = channel_->Open("RunnerJobStream", {});
  stream->Send(Say("fail"));
  pb::RunnerJobStreamResponse response;
  absl::Status status = stream->Receive(&response).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(DetailsOf(status), ElementsAre(Pair("key", "value")));
}

TEST_F(Rpc, ClientThatLeavesClosesTheSessionOnce) {
  {
    auto stream = channel_->Open("RunnerJobStream", {});
    pb::RunnerJobStreamResponse response;
    stream->Send(Say("x"));
    ASSERT_TRUE(*stream->Receive(&response));
  }
  EXPECT_TRUE(Eventually([&] { return service_.seen.closed == 1; }));
  absl::MutexLock lock(&service_.seen.mu);
  EXPECT_EQ(service_.seen.why.code(), absl::StatusCode::kCancelled);
}

TEST_F(Rpc, PulledMessagesAllArrive) {
  auto stream = channel_->Open("GetJobStream", {});
  pb::GetJobStreamRequest request;
  request.set_job_id("5000");
  stream->Send(request);
  stream->CloseSend();
  pb::GetJobStreamResponse response;
  int got = 0;
  while (true) {
    absl::StatusOr<bool> more = stream->Receive(&response);
    ASSERT_TRUE(more.ok()) << more.status();
    if (!*more) break;
    ++got;
  }
  EXPECT_EQ(got, 5000);
}

TEST_F(Rpc, PeerThatDoesNotReadIsDropped) {
  auto stream = channel_->Open("RunnerJobStream", {});
  stream->Send(Say("flood"));
  EXPECT_TRUE(Eventually([&] { return service_.seen.closed == 1; }));
  pb::RunnerJobStreamResponse response;
  absl::StatusOr<bool> more = true;
  while (more.ok() && *more) more = stream->Receive(&response);
  EXPECT_EQ(more.status().code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(Rpc, TooLargeARequestIsRefused) {
  pb::GetUserRequest request;
  request.mutable_user()->mutable_username()->set_username(std::string(5 << 20, 'x'));
  EXPECT_EQ(client::Invoke<pb::GetUserResponse>(*channel_, "GetUser", request).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST_F(Rpc, ShutdownEndsStreamsWithUnavailable) {
  auto stream = channel_->Open("RunnerJobStream", {});
  pb::RunnerJobStreamResponse response;
  stream->Send(Say("x"));
  ASSERT_TRUE(*stream->Receive(&response));
  server_->Shutdown(absl::Seconds(2));
  EXPECT_EQ(stream->Receive(&response).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(service_.seen.closed, 1);
}

// Without the client library: headers as they come.
absl::Status RawCall(int port, const std::string& method,
                     const std::vector<std::pair<std::string, std::string>>& headers) {
  auto channel = grpc::CreateChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials());
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  for (const auto& [key, value] : headers) context.AddMetadata(key, value);
  grpc::ByteBuffer request, response;
  grpc::Slice nothing;
  request = grpc::ByteBuffer(&nothing, 1);
  absl::Notification done;
  grpc::Status status;
  stub.UnaryCall(&context, method, {}, &request, &response, [&](grpc::Status s) {
    status = s;
    done.Notify();
  });
  done.WaitForNotification();
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

// A stream without the client library: what really passes.
class RawStream {
 public:
  RawStream(const std::shared_ptr<grpc::Channel>& channel, const std::string& method, bool keepalives)
      : stub_(channel) {
    context_.AddMetadata("client-api-protocol", "1,1");
    context_.AddMetadata("authorization", "good");
    if (keepalives) context_.AddMetadata("wp-inline-keepalives", "true");
    stream_ =
        stub_.PrepareCall(&context_, method[0] == '/' ? method : "/hashicorp.waypoint.Waypoint/" + method, &queue_);
    stream_->StartCall(this);
    Wait();
  }
  ~RawStream() {
    context_.TryCancel();
    grpc::Status status;
    stream_->Finish(&status, this);
    queue_.Shutdown();
    void* tag;
    bool ok;
    while (queue_.Next(&tag, &ok)) {
    }
  }
  bool Send(const std::string& bytes) {
    stream_->Write(transport::ToBuffer(bytes), this);
    return Wait();
  }
  void Cancel() { context_.TryCancel(); }
  std::string Read() {
    grpc::ByteBuffer buffer;
    stream_->Read(&buffer, this);
    return Wait() ? transport::TakeBytes(&buffer) : "";
  }

 private:
  bool Wait() {
    void* tag;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
};

class RpcKeepalive : public Rpc {
 protected:
  std::shared_ptr<grpc::Channel> PlainChannel() {
    return grpc::CreateChannel("127.0.0.1:" + std::to_string(plain_->port()), grpc::InsecureChannelCredentials());
  }
  void SetUp() override {
    plain_->table().Stream("RunnerJobStream", Needs::kRunner, service_, &Service::OpenEcho);
    ASSERT_TRUE(plain_->Listen(ListenOptions(), plain_clock_, guard_).ok());
  }
  void TearDown() override { plain_->Shutdown(absl::ZeroDuration()); }
  std::unique_ptr<RpcServer> plain_ = RpcServer::Create();
  RealClock plain_clock_{&plain_->loop()};
};

TEST_F(RpcKeepalive, ServerSendsOneWithoutBeingAsked) {
  RawStream stream(PlainChannel(), "RunnerJobStream", true);
  EXPECT_EQ(stream.Read(), transport::KeepaliveBytes());
}

TEST_F(RpcKeepalive, ServerDropsThoseItGets) {
  RawStream stream(PlainChannel(), "RunnerJobStream", false);
  ASSERT_TRUE(stream.Send(transport::KeepaliveBytes()));
  ASSERT_TRUE(stream.Send(Say("x").SerializeAsString()));
  pb::RunnerJobStreamResponse response;
  ASSERT_TRUE(response.ParseFromString(stream.Read()));
  EXPECT_EQ(response.assignment().job().id(), "x");
}

TEST_F(RpcKeepalive, ChannelHidesThem) {
  client::DialOptions options;
  options.address = "127.0.0.1:" + std::to_string(plain_->port());
  options.tls = false;
  options.token = "good";
  auto channel = client::Dial(options);
  ASSERT_TRUE(channel.ok()) << channel.status();
  auto stream = (*channel)->Open("RunnerJobStream", {});
  // The server's first keepalive is the first message that passes.
  ASSERT_TRUE(Eventually([&] {
    uint64_t keepalives = 0;
    plain_->RunOnLoop([&] {
      for (const auto& [path, stats] : plain_->Stats().methods) keepalives += stats.keepalives;
    });
    return keepalives > 0;
  }));
  ASSERT_TRUE(stream->Send(Say("x")));
  pb::RunnerJobStreamResponse response;
  ASSERT_TRUE(*stream->Receive(&response));
  EXPECT_EQ(response.assignment().job().id(), "x");
}

TEST_F(RpcKeepalive, ReflectionAndHealthAreOpenToEverybody) {
  ::grpc::reflection::v1alpha::ServerReflectionRequest request;
  ::grpc::reflection::v1alpha::ServerReflectionResponse response;
  RawStream stream(PlainChannel(), "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", false);
  request.set_list_services("");
  ASSERT_TRUE(stream.Send(request.SerializeAsString()));
  ASSERT_TRUE(response.ParseFromString(stream.Read()));
  EXPECT_EQ(response.list_services_response().service(0).name(), "hashicorp.waypoint.Waypoint");
  request.set_file_containing_symbol("hashicorp.waypoint.Waypoint.QueueJob");
  ASSERT_TRUE(stream.Send(request.SerializeAsString()));
  ASSERT_TRUE(response.ParseFromString(stream.Read()));
  EXPECT_GT(response.file_descriptor_response().file_descriptor_proto_size(), 10);
  request.set_file_containing_symbol("no.such.Thing");
  ASSERT_TRUE(stream.Send(request.SerializeAsString()));
  ASSERT_TRUE(response.ParseFromString(stream.Read()));
  EXPECT_EQ(response.error_response().error_code(), 5);
  EXPECT_TRUE(RawCall(plain_->port(), "/grpc.health.v1.Health/Check", {}).ok());
}

class RpcHealth : public RpcKeepalive {
 protected:
  using Request = ::grpc::health::v1::HealthCheckRequest;
  using Response = ::grpc::health::v1::HealthCheckResponse;

  std::unique_ptr<RawStream> Watch(const std::string& service) {
    auto stream = std::make_unique<RawStream>(PlainChannel(), "/grpc.health.v1.Health/Watch", false);
    Request request;
    request.set_service(service);
    EXPECT_TRUE(stream->Send(request.SerializeAsString()));
    return stream;
  }
  // -1: the call ended.
  static int Read(RawStream& stream) {
    const std::string bytes = stream.Read();
    Response response;
    return !bytes.empty() && response.ParseFromString(bytes) ? response.status() : -1;
  }
};

TEST_F(RpcHealth, WatchSaysWhatIsAndThatItEnds) {
  auto all = Watch("");
  auto api = Watch("hashicorp.waypoint.Waypoint");
  auto unknown = Watch("no.such.Service");
  EXPECT_EQ(Read(*all), Response::SERVING);
  EXPECT_EQ(Read(*api), Response::SERVING);
  EXPECT_EQ(Read(*unknown), Response::SERVICE_UNKNOWN);
  plain_->Shutdown(absl::Seconds(2));
  EXPECT_EQ(Read(*all), Response::NOT_SERVING);
  EXPECT_EQ(Read(*api), Response::NOT_SERVING);
  EXPECT_EQ(Read(*all), -1);
  EXPECT_EQ(Read(*api), -1);
  EXPECT_EQ(Read(*unknown), -1) << "nothing changed for it";
}

TEST_F(RpcHealth, WatchersThatLeaveAreForgotten) {
  Watch("")->Cancel();
  {
    auto left = Watch("");
    EXPECT_EQ(Read(*left), Response::SERVING);
    left->Cancel();
    EXPECT_EQ(Read(*left), -1);
  }
  ASSERT_TRUE(Eventually([&] {
    size_t open = 0;
    plain_->RunOnLoop([&] { open = plain_->Stats().open_streams; });
    return open == 0;
  }));
}

TEST(ClientStreams, AreThoseOfTheDescriptors) {
  MethodTable table;
  for (const auto& method : table.methods()) {
    EXPECT_EQ(client::ClientStreams(method->name), method->client_streams) << method->name;
  }
}

TEST(RpcVersions, EveryRowOfTheTable) {
  auto server = RpcServer::Create();
  RealClock clock(&server->loop());
  FakeGuard guard;
  Service service;
  server->table().Unary("GetVersionInfo", Needs::kNobody, service, &Service::Version);
  server->table().Unary("GetUser", Needs::kUser, service, &Service::User);
  ASSERT_TRUE(server->Listen(ListenOptions(), clock, guard).ok());
  using Headers = std::vector<std::pair<std::string, std::string>>;
  struct Row {
    const char* name;
    const char* method;
    Headers headers;
    absl::StatusCode want;
  };
  const std::string api = "client-api-protocol";
  const Row rows[] = {
      {"good", "GetUser", {{api, "1,1"}, {"authorization", "good"}}, absl::StatusCode::kOk},
      {"waypoint-token wins",
       "GetUser",
       {{api, "1,1"}, {"authorization", "bad"}, {"waypoint-token", "good"}},
       absl::StatusCode::kOk},
      {"absent", "GetUser", {{"authorization", "good"}}, absl::StatusCode::kInvalidArgument},
      {"twice", "GetUser", {{api, "1,1"}, {api, "1,1"}, {"authorization", "good"}}, absl::StatusCode::kInvalidArgument},
      {"version before token", "GetUser", {{"authorization", "bad"}}, absl::StatusCode::kInvalidArgument},
      {"token", "GetUser", {{api, "1,1"}}, absl::StatusCode::kUnauthenticated},
      {"sign", "GetUser", {{api, "+1,1"}, {"authorization", "good"}}, absl::StatusCode::kInvalidArgument},
      {"half", "GetUser", {{api, "1"}, {"authorization", "good"}}, absl::StatusCode::kInvalidArgument},
      {"blank before comma", "GetUser", {{api, "1 ,1"}, {"authorization", "good"}}, absl::StatusCode::kInvalidArgument},
      {"blanks and rest", "GetUser", {{api, "0, 7x"}, {"authorization", "good"}}, absl::StatusCode::kOk},
      {"server too old", "GetUser", {{api, "2,3"}, {"authorization", "good"}}, absl::StatusCode::kInvalidArgument},
      {"client too old", "GetUser", {{api, "0,0"}, {"authorization", "good"}}, absl::StatusCode::kInvalidArgument},
      {"info needs none", "GetVersionInfo", {}, absl::StatusCode::kOk},
      {"info twice", "GetVersionInfo", {{api, "1,1"}, {api, "1,1"}}, absl::StatusCode::kOk},
      {"entrypoint needs its own",
       "EntrypointConfig",
       {{api, "1,1"}, {"authorization", "good"}},
       absl::StatusCode::kInvalidArgument},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    absl::Status status =
        RawCall(server->port(), std::string("/hashicorp.waypoint.Waypoint/") + row.method, row.headers);
    EXPECT_EQ(status.code(), row.want) << status;
  }
  EXPECT_EQ(RawCall(server->port(), "/other.Service/Method", {}).code(), absl::StatusCode::kUnimplemented);
  server->Shutdown(absl::ZeroDuration());
}

TEST(RpcAddress, InUseIsSaid) {
  auto first = RpcServer::Create();
  auto second = RpcServer::Create();
  RealClock clock(&first->loop());
  FakeGuard guard;
  ASSERT_TRUE(first->Listen(ListenOptions(), clock, guard).ok());
  ListenOptions options;
  options.address = "127.0.0.1:" + std::to_string(first->port());
  absl::Status status = second->Listen(options, clock, guard);
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(status.message()), HasSubstr(options.address));
  first->Shutdown(absl::ZeroDuration());
}

TEST(Dialing, TellsAddressAndCause) {
  client::DialOptions options;
  options.address = "127.0.0.1:1";
  options.timeout = absl::Milliseconds(300);
  absl::Status status = client::Dial(options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("127.0.0.1:1"));
}

}  // namespace
}  // namespace waypoint::server
