#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/real_clock.h"
#include "base/socket.h"
#include "base/thread_executor.h"
#include "server/http/http_fetcher.h"
#include "server/http/http_server.h"
#include "server/http/metrics.h"

namespace waypoint::server {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Http : public ::testing::Test {
 protected:
  void SetUp() override {
    auto server = HttpServer::Listen("127.0.0.1:0", nullptr, clock_, [](const HttpRequest& request) {
      HttpResponse response;
      response.body = request.method + " " + request.path();
      return response;
    });
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  // Everything that comes until the server closes.
  std::string Ask(const std::string& text) {
    const absl::Time deadline = absl::Now() + absl::Seconds(20);
    auto fd = ConnectTcp("127.0.0.1", static_cast<uint16_t>(server_->port()), deadline);
    EXPECT_TRUE(fd.ok()) << fd.status();
    auto stream = OpenStream(*std::move(fd), nullptr, deadline, {});
    EXPECT_TRUE((*stream)->Write(text, deadline).ok());
    std::string all;
    while (true) {
      auto more = (*stream)->Read(deadline);
      if (!more.ok() || more->empty()) return all;
      all += *more;
    }
  }
  RealClock clock_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(Http, TlsIsForcedBeforeRouting) {
  EXPECT_THAT(Ask("GET /a?b=c HTTP/1.1\r\nHost: here:1\r\nConnection: close\r\n\r\n"),
              HasSubstr("307 Temporary Redirect\r\nLocation: https://here:1/a?b=c\r\n"));
  EXPECT_THAT(Ask("POST /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Ask("GET /a HTTP/1.1\r\nX-Forwarded-Proto: HTTPS\r\nConnection: close\r\n\r\n"), HasSubstr("GET /a"));
}

TEST_F(Http, ConnectionsServeSeveralRequests) {
  const std::string request = "GET /one HTTP/1.1\r\nx-forwarded-proto: https\r\n\r\n";
  const std::string last = "GET /two HTTP/1.1\r\nx-forwarded-proto: https\r\nConnection: close\r\n\r\n";
  const std::string answer = Ask(request + last);
  EXPECT_THAT(answer, HasSubstr("GET /one"));
  EXPECT_THAT(answer, HasSubstr("GET /two"));
}

// What it takes to be dropped, and that it does not keep others out for longer.
class HttpDropped : public ::testing::Test {
 protected:
  void Listen(HttpLimits limits) {
    server_ = HttpServer::Listen(
                  "127.0.0.1:0", nullptr, clock_,
                  [](const HttpRequest&) {
                    HttpResponse response;
                    response.body = std::string(64 << 20, 'x');
                    return response;
                  },
                  limits)
                  .value();
  }
  UniqueFd Connect() { return ConnectTcp("127.0.0.1", static_cast<uint16_t>(server_->port()), Soon()).value(); }
  static absl::Time Soon() { return absl::Now() + absl::Seconds(30); }
  static bool IsClosed(int fd) {
    char buffer[1 << 16];
    while (WaitReadable(fd, Soon()).ok()) {
      if (::recv(fd, buffer, sizeof(buffer), 0) <= 0) return true;
    }
    return false;
  }
  RealClock clock_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpDropped, HalfRequestsEnd) {
  Listen({.head = absl::Milliseconds(200)});
  const UniqueFd mute = Connect(), half = Connect();
  ASSERT_TRUE(SendAll(half.get(), "GET / HTTP/1.1\r\nHost:", Soon()).ok());
  EXPECT_TRUE(IsClosed(mute.get()));
  EXPECT_TRUE(IsClosed(half.get()));
}

TEST_F(HttpDropped, EndlessHeadsEnd) {
  Listen({.head_bytes = 1000});
  const UniqueFd fd = Connect();
  ASSERT_TRUE(SendAll(fd.get(), "GET / HTTP/1.1\r\n" + std::string(5000, 'h'), Soon()).ok());
  EXPECT_TRUE(IsClosed(fd.get()));
}

TEST_F(HttpDropped, ReadersThatDoNotReadEnd) {
  Listen({.connections = 1, .write = absl::Milliseconds(200)});
  const UniqueFd lazy = Connect();
  ASSERT_TRUE(SendAll(lazy.get(), "GET / HTTP/1.1\r\nx-forwarded-proto: https\r\n\r\n", Soon()).ok());
  // The only place is free again once the lazy one is gone.
  for (bool served = false; !served;) {
    const UniqueFd next = Connect();
    SendAll(next.get(), "GET / HTTP/1.1\r\n\r\n", Soon()).IgnoreError();  // or it is closed already
    char first = 0;
    ASSERT_TRUE(WaitReadable(next.get(), Soon()).ok());
    served = ::recv(next.get(), &first, 1, 0) == 1;
  }
}

TEST_F(HttpDropped, StoppingWaitsForNobody) {
  Listen({});
  const UniqueFd mute = Connect(), lazy = Connect();
  ASSERT_TRUE(SendAll(lazy.get(), "GET / HTTP/1.1\r\nx-forwarded-proto: https\r\n\r\n", Soon()).ok());
  ASSERT_TRUE(WaitReadable(lazy.get(), Soon()).ok());
  const absl::Time before = absl::Now();
  server_.reset();
  EXPECT_LT(absl::Now() - before, absl::Seconds(4));
}

TEST_F(Http, HeadHasNoBody) {
  const std::string answer = Ask("HEAD /a HTTP/1.0\r\nx-forwarded-proto: https\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 7\r\n"));
  EXPECT_EQ(answer.substr(answer.size() - 4), "\r\n\r\n");
}

TEST_F(Http, RubbishIsRefused) {
  EXPECT_THAT(Ask("hello\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Ask(std::string(70'000, 'x')), StartsWith("HTTP/1.1 431 "));
}

TEST_F(Http, StopDoesNotWaitForIdleConnections) {
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  auto fd = ConnectTcp("127.0.0.1", static_cast<uint16_t>(server_->port()), deadline);
  ASSERT_TRUE(fd.ok());
  server_->Stop();
  EXPECT_LT(absl::Now(), deadline);
}

TEST(Metrics, EscapesLabels) {
  MetricsText text;
  text.Describe("x_total", "counter", "What it is.");
  text.Value("", {{"a", "q\"\\\n"}}, 3);
  EXPECT_EQ(text.Take(), "# HELP x_total What it is.\n# TYPE x_total counter\nx_total{a=\"q\\\"\\\\\\n\"} 3\n");
}

// Whoever makes the server ask others must not make it collect requests without end.
TEST(HttpFetcher, RefusesWhatItCannotBeginSoon) {
  auto silent = ListenTcp("127.0.0.1", 0);  // takes connections, and never answers
  ASSERT_TRUE(silent.ok()) << silent.status();
  FetchRequest request;
  request.url = absl::StrCat("http://127.0.0.1:", *LocalPort(silent->get()), "/");
  absl::Mutex mu;
  int refused = 0;
  RealClock clock;
  ThreadExecutor executor;
  HttpFetcher fetcher(executor, clock);
  for (int i = 0; i < 4 + 256 + 40; ++i) {
    fetcher.Fetch(request, [&](absl::StatusOr<FetchAnswer> answer) {
      EXPECT_TRUE(absl::IsUnavailable(answer.status())) << answer.status();
      absl::MutexLock lock(&mu);
      ++refused;
    });
  }
  auto enough = [&] { return refused >= 40; };
  absl::MutexLock lock(&mu, absl::Condition(&enough));
}

}  // namespace
}  // namespace waypoint::server
