// A small HTTP/1.1 listener for people and machines that watch the server.
//
// Owns:    the socket, one accepting thread, and at most 32 threads that serve connections; one connection more is
//          closed at once. What a connection may cost is bounded in bytes and in time.
// Threads: the handler runs on a connection's thread. Stop joins all of them.
// Errors:  Listen: AlreadyExists for an address in use, InvalidArgument for one that is none.
// Spec:    server-and-state.md 4: header within 5 s, idle 120 s, TLS is forced before anything is routed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "server/http/byte_stream.h"
#include "server/http/http_message.h"

namespace waypoint::server {

// What a connection may cost.
struct HttpLimits {
  size_t connections = 32;
  size_t head_bytes = 64 << 10;
  absl::Duration head = absl::Seconds(5);  // for TLS, and for the head of a request once it has begun
  absl::Duration idle = absl::Seconds(120);
  absl::Duration write = absl::Seconds(30);
};

class HttpServer {
 public:
  using Handler = std::function<HttpResponse(const HttpRequest&)>;
  // `address`: "127.0.0.1:9702", port 0 for any. `tls` null: plain.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Listen(const std::string& address, TlsContext tls,
                                                            const Clock& clock, Handler handler,
                                                            HttpLimits limits = {});
  ~HttpServer() { Stop(); }

  int port() const { return port_; }
  // For connections that come from now on.
  void SetTls(TlsContext tls);
  void Stop();

 private:
  HttpServer(UniqueFd fd, int port, TlsContext tls, const Clock& clock, Handler handler, const HttpLimits& limits);
  void Accept(std::stop_token stop);
  void Begin(UniqueFd fd, std::stop_token stop);
  void JoinEnded();
  void Serve(UniqueFd fd, std::stop_token stop);
  void ServeRequests(ByteStream& stream, bool tls);
  HttpResponse Answer(const HttpRequest& request, bool tls) const;

  const UniqueFd listener_;
  const int port_;
  const Clock& clock_;
  const Handler handler_;
  const HttpLimits limits_;
  absl::Mutex mu_;
  TlsContext tls_ ABSL_GUARDED_BY(mu_);
  std::vector<uint64_t> ended_ ABSL_GUARDED_BY(mu_);  // of serving_, to be joined
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  std::stop_source stop_;
  std::map<uint64_t, std::thread> serving_;  // the acceptor's, then Stop's
  uint64_t last_ = 0;
  std::thread acceptor_;
};

}  // namespace waypoint::server
