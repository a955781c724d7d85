// A small HTTP/1.1 listener for people and machines that watch the server.
//
// Owns:    the socket, one accepting thread, and at most 32 threads that serve connections; one more is refused
//          with 503.
// Threads: the handler runs on a connection's thread. Stop joins all of them.
// Errors:  Listen: AlreadyExists for an address in use, InvalidArgument for one that is none.
// Spec:    server-and-state.md 4: header within 5 s, idle 120 s, TLS is forced before anything is routed.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "server/http/byte_stream.h"
#include "server/http/http_message.h"

namespace waypoint::server {

class HttpServer {
 public:
  using Handler = std::function<HttpResponse(const HttpRequest&)>;
  // `address`: "127.0.0.1:9702", port 0 for any. `tls` null: plain.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Listen(const std::string& address, TlsContext tls,
                                                            const Clock& clock, Handler handler);
  ~HttpServer() { Stop(); }

  int port() const { return port_; }
  // For connections that come from now on.
  void SetTls(TlsContext tls);
  void Stop();

 private:
  HttpServer(UniqueFd fd, int port, TlsContext tls, const Clock& clock, Handler handler);
  void Accept(std::stop_token stop);
  void Serve(UniqueFd fd, std::stop_token stop);
  void ServeRequests(ByteStream& stream, bool tls);
  HttpResponse Answer(const HttpRequest& request, bool tls) const;

  const UniqueFd listener_;
  const int port_;
  const Clock& clock_;
  const Handler handler_;
  absl::Mutex mu_;
  TlsContext tls_ ABSL_GUARDED_BY(mu_);
  int serving_ ABSL_GUARDED_BY(mu_) = 0;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  std::stop_source stop_;
  std::thread acceptor_;
};

}  // namespace waypoint::server
