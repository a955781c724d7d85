#include "server/rpc/rpc_server.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "base/log.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_credentials_options.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "server/rpc/call.h"
#include "server/rpc/helpers.h"
#include "server/rpc/loop.h"
#include "server/rpc/open_calls.h"
#include "transport/buffers.h"

namespace waypoint::server {
namespace {

constexpr int kMaxMessageBytes = 4 << 20;
constexpr int kWaiting = 64;  // calls that may come at once before one is looked at
constexpr unsigned kReloadSeconds = 1;

std::shared_ptr<grpc::ServerCredentials> MakeCredentials(const ListenOptions& options) {
  namespace tls = grpc::experimental;
  std::shared_ptr<tls::CertificateProviderInterface> provider;
  if (!options.cert_file.empty()) {
    provider =
        std::make_shared<tls::FileWatcherCertificateProvider>(options.key_file, options.cert_file, kReloadSeconds);
  } else if (!options.cert_pem.empty()) {
    provider = std::make_shared<tls::StaticDataCertificateProvider>(
        std::vector<tls::IdentityKeyCertPair>{{options.key_pem, options.cert_pem}});
  } else {
    return grpc::InsecureServerCredentials();
  }
  tls::TlsServerCredentialsOptions credentials(provider);
  credentials.watch_identity_key_cert_pairs();
  credentials.set_cert_request_type(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  return tls::TlsServerCredentials(credentials);
}

void Configure(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.SetMaxSendMessageSize(-1);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Original clients ping after 30 s, also without streams; 20 s is the least they may take.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
}

// A peer that is gone without a word, or never was one, is noticed by these.
void SetPatience(grpc::ServerBuilder& builder, const Patience& patience) {
  auto ms = [](absl::Duration duration) { return static_cast<int>(absl::ToInt64Milliseconds(duration)); };
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, ms(patience.handshake));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, ms(patience.silence));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, ms(patience.ping));
}

class RpcServerImpl final : public RpcServer, private CallHost {
 public:
  RpcServerImpl() {
    transport::PrepareGrpc();
    Configure(builder_);
    builder_.RegisterAsyncGenericService(&service_);
    loop_ = std::make_unique<Loop>(builder_.AddCompletionQueue());
  }

  ~RpcServerImpl() override { Shutdown(absl::ZeroDuration()); }

  Executor& loop() final { return *loop_; }
  void RunOnLoop(std::function<void()> callback) override { loop_->Run(std::move(callback)); }
  MethodTable& table() override { return table_; }
  int port() const override { return port_; }

  absl::Status Listen(const ListenOptions& options, Clock& clock, Guard& guard) override {
    AddHelpers(table_, health_);
    clock_ = &clock;
    guard_ = &guard;
    patience_ = options.patience;
    SetPatience(builder_, patience_);
    builder_.AddListeningPort(options.address, MakeCredentials(options), &port_);
    server_ = builder_.BuildAndStart();
    if (server_ == nullptr || port_ == 0) {
      return absl::AlreadyExistsError(
          absl::StrCat("cannot listen on ", options.address,
                       ": the address is in use by another process, or not one of this machine"));
    }
    loop_->Start();
    loop_->Post([this] {
      for (int i = 0; i < kWaiting; ++i) Call::Await(*this);
      Tick();
    });
    return absl::OkStatus();
  }

  TransportStats Stats() override {
    TransportStats stats;
    stats.open_streams = streams_.size();
    for (const auto& method : table_.methods()) {
      uint64_t calls = method->stats.active;
      for (uint64_t n : method->stats.by_code) calls += n;
      if (calls > 0) stats.methods.emplace_back(method->path, method->stats);
    }
    return stats;
  }

  void Shutdown(absl::Duration grace) override {
    if (down_) return;
    down_ = true;
    if (server_ != nullptr) {
      loop_->Run([this] {
        if (tick_ != 0) clock_->Cancel(tick_);
        tick_ = 0;
        stopping_ = true;
        health_.Stop();
        streams_.FinishAll(absl::UnavailableError("the server shuts down"));
      });
      server_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(grace));
      // Calls that were cut off have still to finish, which needs the queue.
      loop_->Run([this] {
        draining_ = true;
        if (calls_ == 0) drained_.Notify();
      });
      drained_.WaitForNotification();
    }
    loop_->Stop();
  }

 private:
  grpc::AsyncGenericService& service() override { return service_; }
  Loop& call_loop() override { return *loop_; }
  Guard& guard() override { return *guard_; }
  absl::Time Now() override { return clock_->Now(); }
  void Began() override { ++calls_; }
  void Ended() override {
    if (--calls_ == 0 && draining_) drained_.Notify();
  }
  void Accepted() override {
    if (!stopping_) Call::Await(*this);
  }
  const Patience& patience() const override { return patience_; }
  void Opened(Call* call) override {
    if (!call->is_stream()) return unary_.Add(call);
    streams_.Add(call);
    if (stopping_) call->Finish(absl::UnavailableError("the server shuts down"));
  }
  void Closed(Call* call) override { (call->is_stream() ? streams_ : unary_).Remove(call); }

  void Tick() {
    streams_.Tick();
    unary_.Tick();
    FlushLog();
    tick_ = clock_->After(absl::Seconds(1), [this] { Tick(); });
  }

  Health health_;
  MethodTable table_;
  grpc::AsyncGenericService service_;
  grpc::ServerBuilder builder_;
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<grpc::Server> server_;
  Clock* clock_ = nullptr;
  Guard* guard_ = nullptr;
  Clock::TimerId tick_ = 0;
  Patience patience_;
  OpenCalls streams_, unary_;
  int port_ = 0;
  size_t calls_ = 0;
  bool stopping_ = false, draining_ = false, down_ = false;
  absl::Notification drained_;
};

}  // namespace

std::unique_ptr<RpcServer> RpcServer::Create() { return std::make_unique<RpcServerImpl>(); }

}  // namespace waypoint::server
