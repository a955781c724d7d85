#include "server/server.h"

#include <unistd.h>

#include <functional>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "base/files.h"
#include "base/log.h"
#include "base/real_clock.h"
#include "base/status.h"
#include "server/access/server_config.h"
#include "server/access/signing.h"
#include "server/http/http_fetcher.h"
#include "server/http/http_server.h"
#include "server/records/snapshot_service.h"
#include "server/rpc/rpc_server.h"
#include "server/services/services.h"
#include "server/tls/certificate_watch.h"
#include "server/tls/self_signed.h"
#include "server/watch_page.h"
#include "state/rocks_backend.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr char kLogLevelFile[] = "log-level";

// A restore that asks for it ends the process without an answer; whoever supervises it starts the next one.
void ExitForRestore() {
  WAYPOINT_LOG(kInfo, "server", "a restore is staged, exiting as asked");
  FlushLog();
  ::_exit(2);
}

class ServerImpl final : public Server {
 public:
  explicit ServerImpl(ServerOptions options)
      : options_(std::move(options)),
        rpc_(RpcServer::Create()),
        clock_(&rpc_->loop()),
        fetcher_(rpc_->loop(), clock_) {}
  ~ServerImpl() override { Shutdown(absl::ZeroDuration()); }

  absl::Status Open() {
    ASSIGN_OR_RETURN(backend_, state::RocksBackend::Open({options_.data_dir}));
    state::StoreOptions store;
    const Indexes indexes = AddIndexes(store);
    ASSIGN_OR_RETURN(store_, state::OpenStore(*backend_, rpc_->loop(), clock_, ids_, std::move(store)));
    services_.emplace(*store_, indexes, clock_, ids_, fetcher_, options_.version, options_.retention);
    services_->Register(rpc_->table());
    snapshots_.emplace(*backend_, SnapshotOptions{options_.data_dir, options_.version, ExitForRestore});
    snapshots_->Register(rpc_->table());
    services_->Start();
    return absl::OkStatus();
  }

  absl::Status Listen() {
    ListenOptions listen;
    listen.address = options_.grpc_listen;
    RETURN_IF_ERROR(SecureGrpc(&listen));
    RETURN_IF_ERROR(rpc_->Listen(listen, clock_, services_->guard()));
    RETURN_IF_ERROR(ListenHttp());
    WAYPOINT_LOG(kInfo, "server", "gRPC listener is open", {"address", Address()},
                 {"tls", options_.tls ? "on" : "off"});
    return UpdateNow([this](state::Txn& txn) {
      EnsureIdentity(txn);
      AdvertiseOwn(txn);
      return absl::OkStatus();
    });
  }

  int grpc_port() const override { return rpc_->port(); }
  int http_port() const override { return http_ == nullptr ? 0 : http_->port(); }
  int http_insecure_port() const override { return http_insecure_ == nullptr ? 0 : http_insecure_->port(); }

  std::vector<std::string> NotBuilt() const override { return rpc_->table().NotBuilt(); }

  bool bootstrapped() override {
    bool result = false;
    rpc_->RunOnLoop([&] {
      store_->Look(
          [&](const state::View& view) {
            result = Bootstrapped(view);
            return absl::OkStatus();
          },
          [](absl::Status) {});
    });
    return result;
  }

  absl::StatusOr<std::string> LocalToken() override {
    std::string token;
    RETURN_IF_ERROR(UpdateNow([&token](state::Txn& txn) {
      token = FirstUserToken(txn);
      return absl::OkStatus();
    }));
    return token;
  }

  void Reload() override {
    ReloadLogLevel();
    if (certificates_ != nullptr) certificates_->Check();
    FlushLog();
  }

  void Shutdown(absl::Duration grace) override {
    if (down_) return;
    down_ = true;
    WAYPOINT_LOG(kInfo, "server", "shutting down");
    certificates_.reset();  // first: it tells the HTTP listener
    http_.reset();          // before the loop, which its threads ask
    http_insecure_.reset();
    rpc_->Shutdown(grace);
    services_.reset();
    snapshots_.reset();
    store_.reset();
    backend_.reset();  // writes what was committed
    FlushLog();
  }

 private:
  absl::Status SecureGrpc(ListenOptions* listen) {
    if (!options_.tls) return absl::OkStatus();
    if (!options_.tls_cert_file.empty()) {
      ASSIGN_OR_RETURN(certificates_, CertificateWatch::Start({options_.tls_cert_file, options_.tls_key_file,
                                                               JoinPath(options_.data_dir, "tls")},
                                                              [this](const PemPair& pair) { SecureHttp(pair); }));
      listen->cert_file = certificates_->cert_copy();
      listen->key_file = certificates_->key_copy();
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(PemPair pair, Certificate());
    listen->cert_pem = std::move(pair.cert);
    listen->key_pem = std::move(pair.key);
    return absl::OkStatus();
  }

  // Every listener has its own, made anew at each start unless files are given.
  absl::StatusOr<PemPair> Certificate() const {
    if (certificates_ != nullptr) return certificates_->pair();
    return MakeSelfSigned(clock_.Now());
  }

  // gRPC notices by itself.
  void SecureHttp(const PemPair& pair) {
    absl::MutexLock lock(&http_mu_);
    absl::StatusOr<TlsContext> context = MakeTlsContext(pair);
    if (http_ != nullptr && context.ok()) http_->SetTls(*std::move(context));
  }

  void ReloadLogLevel() {
    const absl::StatusOr<std::string> text = ReadFile(JoinPath(options_.data_dir, kLogLevelFile));
    const absl::StatusOr<LogLevel> wanted = text.ok() ? ParseLogLevel(absl::StripAsciiWhitespace(*text)) : first_level_;
    if (!wanted.ok()) {
      WAYPOINT_LOG(kError, "server", "the log level stays as it is", {"error", wanted.status().message()});
      return;
    }
    SetLogLevel(*wanted);
    WAYPOINT_LOG(kInfo, "server", "the log level is set anew", {"from", text.ok() ? kLogLevelFile : "the start"});
  }

  absl::Status ListenHttp() {
    auto answer = [watched = Watched{*rpc_, *services_, *backend_, options_.data_dir}](const HttpRequest& request) {
      return AnswerWatcher(watched, request);
    };
    if (!options_.http_listen.empty()) {
      ASSIGN_OR_RETURN(PemPair pair, Certificate());
      ASSIGN_OR_RETURN(TlsContext tls, MakeTlsContext(pair));
      absl::MutexLock lock(&http_mu_);
      ASSIGN_OR_RETURN(http_, HttpServer::Listen(options_.http_listen, std::move(tls), clock_, answer));
    }
    if (certificates_ != nullptr) SecureHttp(certificates_->pair());  // it may have changed meanwhile
    if (!options_.http_insecure_listen.empty()) {
      ASSIGN_OR_RETURN(http_insecure_, HttpServer::Listen(options_.http_insecure_listen, nullptr, clock_, answer));
    }
    return absl::OkStatus();
  }

  std::string Address() const {
    const size_t colon = options_.grpc_listen.rfind(':');
    return absl::StrCat(options_.grpc_listen.substr(0, colon), ":", rpc_->port());
  }

  void AdvertiseOwn(state::Txn& txn) {
    pb::ServerConfig::AdvertiseAddr address;
    address.set_addr(options_.advertise_own_address ? Address() : options_.advertise_addr);
    address.set_tls(options_.advertise_own_address ? options_.tls : options_.advertise_tls);
    address.set_tls_skip_verify(options_.advertise_tls_skip_verify ||
                                (options_.advertise_own_address && options_.tls_cert_file.empty()));
    const pb::ServerConfig old = LoadServerConfig(txn);
    const bool same =
        old.advertise_addrs_size() == 1 && old.advertise_addrs(0).SerializeAsString() == address.SerializeAsString();
    if (!address.addr().empty() && !same) Advertise(txn, address);
  }

  // One transaction, and waits until it is durable.
  absl::Status UpdateNow(const std::function<absl::Status(state::Txn&)>& step) {
    absl::Status result;
    absl::Notification done;
    rpc_->loop().Post([&] {
      store_->Update(step, [&](absl::Status status) {
        result = std::move(status);
        done.Notify();
      });
    });
    done.WaitForNotification();
    return result;
  }

  const ServerOptions options_;
  const std::unique_ptr<RpcServer> rpc_;
  RealClock clock_;
  RealIds ids_;
  HttpFetcher fetcher_;
  std::unique_ptr<state::RocksBackend> backend_;
  std::unique_ptr<state::Store> store_;
  std::optional<Services> services_;
  std::optional<SnapshotService> snapshots_;
  const LogLevel first_level_ = GetLogLevel();
  absl::Mutex http_mu_;  // the watch may have news while the listener is made
  std::unique_ptr<HttpServer> http_, http_insecure_;
  std::unique_ptr<CertificateWatch> certificates_;
  bool down_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerOptions options) {
  auto server = std::make_unique<ServerImpl>(std::move(options));
  RETURN_IF_ERROR(server->Open());
  RETURN_IF_ERROR(server->Listen());
  return server;
}

}  // namespace waypoint::server
