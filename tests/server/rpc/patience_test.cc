// Peers that are slow, half-open or no peers at all: dropped in bounded time, and nobody else notices.
#include "server/rpc/patience.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <chrono>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "base/real_clock.h"
#include "base/socket.h"
#include "google/protobuf/empty.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "server/rpc/rpc_server.h"
#include "server/tls/self_signed.h"
#include "transport/buffers.h"
#include "waypoint/access.pb.h"
#include "waypoint/job.pb.h"
#include "waypoint/server.pb.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;
using google::protobuf::Empty;

class OpenDoor : public Guard {
 public:
  void Check(const std::string&, Needs, const Presented&,
             std::function<void(absl::StatusOr<auth::Identity>)> answer) override {
    answer(auth::Identity());
  }
};

using NewsSession = Session<pb::GetJobStreamRequest, pb::GetJobStreamResponse>;

// Has more to say for ever.
class Endless : public NewsSession {
 public:
  Endless(Outbox<pb::GetJobStreamResponse> out, absl::Status* end) : NewsSession(out), end_(end) {}
  void OnMessage(pb::GetJobStreamRequest) override {
    asked_ = true;
    out_.Wake();
  }
  std::optional<pb::GetJobStreamResponse> Next() override {
    if (!asked_) return std::nullopt;
    pb::GetJobStreamResponse response;
    response.mutable_terminal()->add_events()->mutable_line()->set_msg(std::string(1 << 16, 'x'));
    return response;
  }
  void OnClosed(absl::Status why) override { *end_ = std::move(why); }

 private:
  absl::Status* const end_;
  bool asked_ = false;
};

class Service {
 public:
  void Version(const Caller&, const Empty&, Reply<pb::GetVersionInfoResponse> reply) {
    pb::GetVersionInfoResponse response;
    response.mutable_info()->set_version(std::string(version_bytes, 'v'));
    reply(response);
  }
  std::unique_ptr<NewsSession> Open(const Caller&, Outbox<pb::GetJobStreamResponse> out) {
    return std::make_unique<Endless>(out, &end);
  }
  size_t version_bytes = 2;
  absl::Status end;
};

class PatienceTest : public ::testing::Test {
 protected:
  void Listen(const Patience& patience, bool tls = false) {
    server_->table().Unary("GetVersionInfo", Needs::kNobody, service_, &Service::Version);
    server_->table().Stream("GetJobStream", Needs::kUser, service_, &Service::Open);
    ListenOptions options;
    options.patience = patience;
    if (tls) {
      const PemPair pair = MakeSelfSigned(absl::Now()).value();
      options.cert_pem = pair.cert;
      options.key_pem = pair.key;
    }
    ASSERT_TRUE(server_->Listen(options, clock_, guard_).ok());
    stub_.emplace(grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->port()), grpc::InsecureChannelCredentials()));
  }
  void TearDown() override { server_->Shutdown(absl::ZeroDuration()); }

  UniqueFd Connect() { return ConnectTcp("127.0.0.1", static_cast<uint16_t>(server_->port()), Soon()).value(); }
  static absl::Time Soon() { return absl::Now() + absl::Seconds(30); }
  // Reads, answering nothing, until the server closes.
  static bool IsClosed(int fd) {
    char buffer[4096];
    while (true) {
      if (!WaitReadable(fd, Soon()).ok()) return false;
      if (::recv(fd, buffer, sizeof(buffer), 0) <= 0) return true;
    }
  }
  // A call that has sent what the test wanted, and reads nothing.
  struct Stalled {
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream;

    void Wait() {
      void* tag = nullptr;
      bool ok = false;
      ASSERT_TRUE(queue.Next(&tag, &ok));
      EXPECT_TRUE(ok);
    }
    grpc::Status Finish() {
      grpc::Status status;
      stream->Finish(&status, this);
      void* tag = nullptr;
      bool ok = false;
      queue.Next(&tag, &ok);
      queue.Shutdown();
      while (queue.Next(&tag, &ok)) {
      }
      return status;
    }
  };
  void Start(Stalled& call, const std::string& method, const google::protobuf::Message* request) {
    call.context.AddMetadata("client-api-protocol", "1,1");
    call.stream = stub_->PrepareCall(&call.context, "/hashicorp.waypoint.Waypoint/" + method, &call.queue);
    call.stream->StartCall(this);
    call.Wait();
    if (request == nullptr) return;
    call.stream->WriteLast(transport::ToBuffer(request->SerializeAsString()), grpc::WriteOptions(), this);
    call.Wait();
  }
  // Waits until so many calls have ended and none is under way.
  bool HaveEnded(uint64_t calls) {
    for (const absl::Time end = Soon(); absl::Now() < end;) {
      uint64_t active = 0, ended = 0;
      server_->RunOnLoop([&] {
        for (const auto& [path, method] : server_->Stats().methods) {
          active += method.active;
          for (uint64_t n : method.by_code) ended += n;
        }
      });
      if (active == 0 && ended == calls) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  std::unique_ptr<RpcServer> server_ = RpcServer::Create();
  RealClock clock_{&server_->loop()};
  OpenDoor guard_;
  Service service_;
  std::optional<grpc::GenericStub> stub_;
};

TEST_F(PatienceTest, ConnectionsThatNeverShakeHands) {
  Patience patience;
  patience.handshake = absl::Seconds(1);
  Listen(patience, /*tls=*/true);
  const UniqueFd mute = Connect();
  EXPECT_TRUE(IsClosed(mute.get()));
  const UniqueFd noise = Connect();
  ASSERT_TRUE(SendAll(noise.get(), "GET / HTTP/1.1\r\n\r\n", Soon()).ok());
  EXPECT_TRUE(IsClosed(noise.get()));
}

TEST_F(PatienceTest, PeersThatAreGoneWithoutAWord) {
  Patience patience;
  patience.silence = absl::Seconds(1);
  patience.ping = absl::Seconds(1);
  Listen(patience);
  const UniqueFd half_open = Connect();
  const std::string settings("\0\0\0\4\0\0\0\0\0", 9);
  ASSERT_TRUE(SendAll(half_open.get(), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings, Soon()).ok());
  EXPECT_TRUE(IsClosed(half_open.get())) << "its pings are not answered";
}

TEST_F(PatienceTest, ReadersThatDoNotRead) {
  Patience patience;
  patience.write = absl::ZeroDuration();
  Listen(patience);
  Stalled call;
  pb::GetJobStreamRequest request;
  Start(call, "GetJobStream", &request);
  EXPECT_TRUE(HaveEnded(1));
  server_->RunOnLoop([this] { EXPECT_EQ(service_.end.code(), absl::StatusCode::kCancelled); });
  call.context.TryCancel();
  call.Finish();
}

TEST_F(PatienceTest, ReadersThatDoNotTakeOneLargeAnswer) {
  Patience patience;
  patience.write = absl::ZeroDuration();
  Listen(patience);
  service_.version_bytes = 64 << 20;
  Stalled call;
  Empty request;
  Start(call, "GetVersionInfo", &request);
  EXPECT_TRUE(HaveEnded(1));
  call.context.TryCancel();
  call.Finish();
}

TEST_F(PatienceTest, CallsWithoutARequest) {
  Patience patience;
  patience.request = absl::ZeroDuration();
  Listen(patience);
  Stalled unary, stream;
  Start(unary, "GetVersionInfo", nullptr);
  Start(stream, "GetJobStream", nullptr);
  EXPECT_FALSE(unary.Finish().ok());
  EXPECT_FALSE(stream.Finish().ok());
  EXPECT_TRUE(HaveEnded(2));
}

}  // namespace
}  // namespace waypoint::server
