#include "server/http/http_server.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/log.h"
#include "base/socket.h"
#include "base/status.h"

namespace waypoint::server {
namespace {

constexpr absl::Duration kStarvedPause = absl::Milliseconds(100);

// To the same place, safely; the body is for people whose client does not go there by itself.
void SendToHttps(const HttpRequest& request, HttpResponse& response) {
  const std::string url = absl::StrCat("https://", request.header("host"), request.target);
  response.status = 307;
  response.headers.emplace_back("Location", url);
  response.content_type = "text/html; charset=utf-8";
  response.body = absl::StrCat(
      "<a href=\"",
      absl::StrReplaceAll(url, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&#34;"}, {"'", "&#39;"}}),
      "\">Temporary Redirect</a>.\n\n");
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Listen(const std::string& address, TlsContext tls,
                                                               const Clock& clock, Handler handler, HttpLimits limits) {
  ASSIGN_OR_RETURN(HostPort place, ParseHostPort(address));
  if (place.host.empty()) place.host = "0.0.0.0";
  if (place.host == "localhost") place.host = "127.0.0.1";
  ASSIGN_OR_RETURN(UniqueFd fd, ListenTcp(place.host, place.port));
  ASSIGN_OR_RETURN(uint16_t port, LocalPort(fd.get()));
  return std::unique_ptr<HttpServer>(
      new HttpServer(std::move(fd), port, std::move(tls), clock, std::move(handler), limits));
}

HttpServer::HttpServer(UniqueFd fd, int port, TlsContext tls, const Clock& clock, Handler handler,
                       const HttpLimits& limits)
    : listener_(std::move(fd)),
      port_(port),
      clock_(clock),
      handler_(std::move(handler)),
      limits_(limits),
      tls_(std::move(tls)) {
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
  for (auto& [number, thread] : serving_) thread.join();
  serving_.clear();
}

void HttpServer::Accept(std::stop_token stop) {
  while (WaitReadable(listener_.get(), absl::InfiniteFuture(), stop).ok()) {
    UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    const bool starved = !fd.valid() && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS);
    JoinEnded();
    // The connection stays where it is, so the listener stays readable: asked at once, it would answer the same.
    if (starved) WaitReadable(-1, absl::Now() + kStarvedPause, stop).IgnoreError();
    if (fd.valid() && serving_.size() < limits_.connections) Begin(std::move(fd), stop);
  }
}

void HttpServer::Begin(UniqueFd fd, std::stop_token stop) {
  const uint64_t number = ++last_;
  serving_[number] = std::thread([this, number, stop, fd = std::move(fd)]() mutable {
    Serve(std::move(fd), stop);
    absl::MutexLock lock(&mu_);
    ended_.push_back(number);
  });
}

void HttpServer::JoinEnded() {
  std::vector<uint64_t> ended;
  {
    absl::MutexLock lock(&mu_);
    ended.swap(ended_);
  }
  for (uint64_t number : ended) {
    serving_[number].join();
    serving_.erase(number);
  }
}

void HttpServer::Serve(UniqueFd fd, std::stop_token stop) {
  TlsContext tls;
  {
    absl::MutexLock lock(&mu_);
    tls = tls_;
  }
  auto stream = OpenStream(std::move(fd), tls, clock_.Now() + limits_.head, stop);
  if (stream.ok()) ServeRequests(**stream, tls != nullptr);
}

void HttpServer::ServeRequests(ByteStream& stream, bool tls) {
  std::string received;
  absl::Time deadline = clock_.Now() + limits_.head;
  while (true) {
    size_t end = received.find("\r\n\r\n");
    while (end == std::string::npos && received.size() <= limits_.head_bytes) {
      absl::StatusOr<std::string> more = stream.Read(deadline);
      if (!more.ok() || more->empty()) return;
      if (received.empty()) deadline = clock_.Now() + limits_.head;
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
    if (!stream.Write(FormatResponse(*request, response), clock_.Now() + limits_.write).ok()) return;
    if (!request->keep_alive) return;
    received.erase(0, end + 4);
    deadline = clock_.Now() + limits_.idle;
  }
}

HttpResponse HttpServer::Answer(const HttpRequest& request, bool tls) const {
  const absl::Time begin = clock_.Now();
  const std::string forwarded = absl::AsciiStrToLower(request.header("x-forwarded-proto"));
  HttpResponse response;
  if ((forwarded.empty() ? tls : forwarded == "https")) {
    response = handler_(request);
  } else if (request.method == "GET") {
    SendToHttps(request, response);
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
