#include "server/http/http_server.h"

#include <sys/socket.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/socket.h"
#include "base/status.h"

namespace waypoint::server {
namespace {

constexpr int kMaxConnections = 32;
constexpr size_t kMaxHeadBytes = 64 << 10;
constexpr absl::Duration kHeadTimeout = absl::Seconds(5);
constexpr absl::Duration kIdleTimeout = absl::Seconds(120);
constexpr absl::Duration kWriteTimeout = absl::Seconds(30);

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Listen(const std::string& address, TlsContext tls,
                                                               const Clock& clock, Handler handler) {
  ASSIGN_OR_RETURN(HostPort place, ParseHostPort(address));
  if (place.host.empty()) place.host = "0.0.0.0";
  if (place.host == "localhost") place.host = "127.0.0.1";
  ASSIGN_OR_RETURN(UniqueFd fd, ListenTcp(place.host, place.port));
  ASSIGN_OR_RETURN(uint16_t port, LocalPort(fd.get()));
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(fd), port, std::move(tls), clock, std::move(handler)));
}

HttpServer::HttpServer(UniqueFd fd, int port, TlsContext tls, const Clock& clock, Handler handler)
    : listener_(std::move(fd)), port_(port), clock_(clock), handler_(std::move(handler)), tls_(std::move(tls)) {
  acceptor_ = std::thread([this] { Accept(stop_.get_token()); });
}

void HttpServer::SetTls(TlsContext tls) {
  absl::MutexLock lock(&mu_);
  tls_ = std::move(tls);
}

void HttpServer::Stop() {
  {
    absl::MutexLock lock(&mu_);
    if (std::exchange(stopped_, true)) return;
  }
  stop_.request_stop();
  acceptor_.join();
  auto idle = [this]() ABSL_SHARED_LOCKS_REQUIRED(mu_) { return serving_ == 0; };
  absl::MutexLock lock(&mu_, absl::Condition(&idle));
}

void HttpServer::Accept(std::stop_token stop) {
  while (WaitReadable(listener_.get(), absl::InfiniteFuture(), stop).ok()) {
    UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd.valid()) continue;
    {
      absl::MutexLock lock(&mu_);
      if (serving_ >= kMaxConnections) continue;  // closed at once
      ++serving_;
    }
    std::thread([this, stop, fd = std::move(fd)]() mutable { Serve(std::move(fd), stop); }).detach();
  }
}

void HttpServer::Serve(UniqueFd fd, std::stop_token stop) {
  TlsContext tls;
  {
    absl::MutexLock lock(&mu_);
    tls = tls_;
  }
  {
    auto stream = OpenStream(std::move(fd), tls, clock_.Now() + kHeadTimeout, stop);
    if (stream.ok()) ServeRequests(**stream, tls != nullptr);
  }
  absl::MutexLock lock(&mu_);
  --serving_;
}

void HttpServer::ServeRequests(ByteStream& stream, bool tls) {
  std::string received;
  absl::Time deadline = clock_.Now() + kHeadTimeout;
  while (true) {
    size_t end = received.find("\r\n\r\n");
    while (end == std::string::npos && received.size() <= kMaxHeadBytes) {
      absl::StatusOr<std::string> more = stream.Read(deadline);
      if (!more.ok() || more->empty()) return;
      if (received.empty()) deadline = clock_.Now() + kHeadTimeout;
      received += *more;
      end = received.find("\r\n\r\n");
    }
    absl::StatusOr<HttpRequest> request = absl::InvalidArgumentError("the header is too long");
    if (end != std::string::npos) request = ParseRequest(absl::string_view(received).substr(0, end));
    HttpResponse response;
    if (request.ok()) {
      response = Answer(*request, tls);
    } else {
      request = HttpRequest();
      request->keep_alive = false;
      response.status = end == std::string::npos ? 431 : 400;
    }
    if (!stream.Write(FormatResponse(*request, response), clock_.Now() + kWriteTimeout).ok()) return;
    if (!request->keep_alive) return;
    received.erase(0, end + 4);
    deadline = clock_.Now() + kIdleTimeout;
  }
}

HttpResponse HttpServer::Answer(const HttpRequest& request, bool tls) const {
  const absl::Time begin = clock_.Now();
  const std::string forwarded = absl::AsciiStrToLower(request.header("x-forwarded-proto"));
  HttpResponse response;
  if ((forwarded.empty() ? tls : forwarded == "https")) {
    response = handler_(request);
  } else if (request.method == "GET") {
    response.status = 307;
    response.headers.emplace_back("Location", absl::StrCat("https://", request.header("host"), request.target));
  } else {
    response.status = 400;
  }
  const std::string took = absl::FormatDuration(clock_.Now() - begin);
  if (absl::StartsWith(request.header("user-agent"), "kube-probe")) {
    WAYPOINT_LOG(kTrace, "server.http", "request", {"method", request.method}, {"path", request.path()},
                 {"status", absl::StrCat(response.status)}, {"duration", took});
  } else {
    WAYPOINT_LOG(kInfo, "server.http", "request", {"method", request.method}, {"path", request.path()},
                 {"status", absl::StrCat(response.status)}, {"duration", took});
  }
  return response;
}

}  // namespace waypoint::server
