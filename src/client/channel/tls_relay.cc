#include "client/channel/tls_relay.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "base/socket.h"
#include "base/status.h"

namespace waypoint::client {
namespace {

constexpr absl::Duration kConnectTime = absl::Seconds(20);
constexpr size_t kBufferBytes = 64 << 10;
constexpr unsigned char kHttp2[] = {2, 'h', '2'};

absl::Status TlsError(absl::string_view what) {
  char text[256] = "the connection was closed";
  if (unsigned long code = ERR_get_error(); code != 0) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return absl::UnavailableError(absl::StrCat(what, ": ", text));
}

absl::StatusOr<UniqueFd> ListenAbstract(const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid() || ::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      ::listen(fd.get(), 4) != 0) {
    return ErrnoStatus(errno, "open a local socket for TLS");
  }
  return fd;
}

absl::Status Trust(SSL_CTX* context, const std::string& ca_pem) {
  if (ca_pem.empty()) {
    return SSL_CTX_set_default_verify_paths(context) == 1 ? absl::OkStatus() : TlsError("load certificates");
  }
  std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(ca_pem.data(), static_cast<int>(ca_pem.size())),
                                                &BIO_free);
  int added = 0;
  while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate);
    X509_free(certificate);
    ++added;
  }
  ERR_clear_error();  // the end of the text counts as an error
  return added > 0 ? absl::OkStatus() : absl::InvalidArgumentError("the CA file holds no certificate");
}

bool IsAddress(const std::string& host) {
  unsigned char bytes[16];
  return ::inet_pton(AF_INET, host.c_str(), bytes) == 1 || ::inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

void ExpectHost(SSL* ssl, const std::string& host) {
  if (IsAddress(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
    return;
  }
  SSL_set_tlsext_host_name(ssl, host.c_str());
  SSL_set1_host(ssl, host.c_str());
}

// The name of the socket is no secret: every process of the machine can read it. This tells ours from theirs.
bool IsOurs(int fd) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::geteuid();
}

// Bytes on their way in one direction.
struct Buffer {
  char bytes[kBufferBytes];
  size_t begin = 0, end = 0;
  bool empty() const { return begin == end; }
  void Fill(size_t n) { begin = 0, end = n; }
  void Drain(size_t n) { begin += n; }
};

// Moves bytes between the two ends until one closes or fails.
class Pump {
 public:
  Pump(int local, int remote, SSL* ssl) : local_(local), remote_(remote), ssl_(ssl) {}

  absl::Status Run(const std::stop_token& stop) {
    StopFd stopped(stop);
    while (!stop.stop_requested()) {
      moved_ = false;
      if (!FromLocal() || !ToRemote() || !FromRemote() || !ToLocal()) return status_;
      if (!moved_) Wait(stopped.get());
    }
    return absl::OkStatus();
  }

 private:
  bool FromLocal() {
    if (!up_->empty()) return true;
    const ssize_t n = ::recv(local_, up_->bytes, kBufferBytes, 0);
    if (n > 0) up_->Fill(static_cast<size_t>(n)), moved_ = true;
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
  }
  bool ToLocal() {
    if (down_->empty()) return true;
    const ssize_t n = ::send(local_, down_->bytes + down_->begin, down_->end - down_->begin, MSG_NOSIGNAL);
    if (n > 0) down_->Drain(static_cast<size_t>(n)), moved_ = true;
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
  }
  bool ToRemote() {
    write_waits_for_ = 0;
    if (up_->empty()) return true;
    size_t n = 0;
    const int result = SSL_write_ex(ssl_, up_->bytes + up_->begin, up_->end - up_->begin, &n);
    if (result == 1) up_->Drain(n), moved_ = true;
    return result == 1 || MayGoOn(result, &write_waits_for_);
  }
  bool FromRemote() {
    read_waits_for_ = 0;
    if (!down_->empty()) return true;
    size_t n = 0;
    const int result = SSL_read_ex(ssl_, down_->bytes, kBufferBytes, &n);
    if (result == 1) down_->Fill(n), moved_ = true;
    return result == 1 || MayGoOn(result, &read_waits_for_);
  }
  bool MayGoOn(int result, short* waits_for) {
    switch (SSL_get_error(ssl_, result)) {
      case SSL_ERROR_WANT_READ:
        *waits_for = POLLIN;
        return true;
      case SSL_ERROR_WANT_WRITE:
        *waits_for = POLLOUT;
        return true;
      case SSL_ERROR_ZERO_RETURN:
        return false;
      default:
        status_ = TlsError("TLS");
        return false;
    }
  }
  void Wait(int stopped) const {
    const short local_events = static_cast<short>((up_->empty() ? POLLIN : 0) | (down_->empty() ? 0 : POLLOUT));
    pollfd fds[] = {{local_, local_events, 0},
                    {remote_, static_cast<short>(write_waits_for_ | read_waits_for_), 0},
                    {stopped, POLLIN, 0}};
    ::poll(fds, 3, -1);
  }

  const int local_, remote_;
  SSL* const ssl_;
  const std::unique_ptr<Buffer> up_ = std::make_unique<Buffer>(), down_ = std::make_unique<Buffer>();
  short write_waits_for_ = 0, read_waits_for_ = 0;
  bool moved_ = false;
  absl::Status status_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<TlsRelay>> TlsRelay::Start(Options options) {
  Context context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  if (context == nullptr) return TlsError("set up TLS");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_alpn_protos(context.get(), kHttp2, sizeof kHttp2);
  if (!options.skip_verify) {
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    RETURN_IF_ERROR(Trust(context.get(), options.ca_pem));
  }
  unsigned char random[16];
  if (RAND_bytes(random, sizeof random) != 1) return TlsError("random name");
  const std::string name =
      absl::StrCat("waypoint-", absl::BytesToHexString({reinterpret_cast<char*>(random), sizeof random}));
  ASSIGN_OR_RETURN(UniqueFd listener, ListenAbstract(name));
  return std::unique_ptr<TlsRelay>(
      new TlsRelay(std::move(options), std::move(context), std::move(listener), absl::StrCat("unix-abstract:", name)));
}

TlsRelay::TlsRelay(Options options, Context context, UniqueFd listener, std::string target)
    : options_(std::move(options)),
      context_(std::move(context)),
      listener_(std::move(listener)),
      target_(std::move(target)),
      thread_([this](std::stop_token stop) { Run(std::move(stop)); }) {}

absl::Status TlsRelay::last_error() const {
  absl::MutexLock lock(&mu_);
  return last_error_;
}

void TlsRelay::Run(std::stop_token stop) {
  while (WaitReadable(listener_.get(), absl::InfiniteFuture(), stop).ok()) {
    UniqueFd local(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!local.valid() || !IsOurs(local.get())) continue;
    absl::Status status = Serve(local.get(), stop);
    absl::MutexLock lock(&mu_);
    last_error_ = std::move(status);
  }
}

absl::Status TlsRelay::Serve(int local, const std::stop_token& stop) {
  ASSIGN_OR_RETURN(UniqueFd remote, ConnectTcp(options_.host, options_.port, absl::Now() + kConnectTime, stop));
  ASSIGN_OR_RETURN(Session session, Handshake(remote.get(), stop));
  return Pump(local, remote.get(), session.get()).Run(stop);
}

absl::StatusOr<TlsRelay::Session> TlsRelay::Handshake(int remote, const std::stop_token& stop) {
  Session session(SSL_new(context_.get()), &SSL_free);
  if (session == nullptr || SSL_set_fd(session.get(), remote) != 1) return TlsError("set up TLS");
  ExpectHost(session.get(), options_.host);
  const absl::Time deadline = absl::Now() + kConnectTime;
  for (;;) {
    const int result = SSL_connect(session.get());
    if (result == 1) return session;
    switch (SSL_get_error(session.get(), result)) {
      case SSL_ERROR_WANT_READ:
        RETURN_IF_ERROR(WaitReadable(remote, deadline, stop));
        break;
      case SSL_ERROR_WANT_WRITE:
        RETURN_IF_ERROR(WaitWritable(remote, deadline, stop));
        break;
      default: {
        const long verified = SSL_get_verify_result(session.get());
        if (verified == X509_V_OK) return TlsError("TLS handshake");
        ERR_clear_error();
        return absl::UnavailableError(
            absl::StrCat("certificate verify failed (SSL_ERROR_SSL): ", X509_verify_cert_error_string(verified)));
      }
    }
  }
}

}  // namespace waypoint::client
