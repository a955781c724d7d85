// TLS for servers that negotiate no application protocol, as those of Waypoint 0.11 do: gRPC's own TLS refuses
// them. The relay listens on a private local socket, and what gRPC says there in the clear travels encrypted.
//
// Owns:    a listening socket (abstract, random name), one connection at a time, one thread.
// Threads: any.
// Units:   buffers of 64 kB each way.
// Errors:  an end that fails closes the other; last_error() tells what happened.
// Spec:    auth.md 2 (verification as without the relay).
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/fd.h"

namespace waypoint::client {

class TlsRelay {
 public:
  struct Options {
    std::string host;
    uint16_t port = 0;
    bool skip_verify = false;
    std::string ca_pem;  // empty: the system's certificates
  };
  static absl::StatusOr<std::unique_ptr<TlsRelay>> Start(Options options);

  const std::string& target() const { return target_; }  // what gRPC dials
  absl::Status last_error() const;

 private:
  using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
  using Session = std::unique_ptr<SSL, decltype(&SSL_free)>;

  TlsRelay(Options options, Context context, UniqueFd listener, std::string target);
  void Run(std::stop_token stop);
  absl::Status Serve(int local, const std::stop_token& stop);
  absl::StatusOr<Session> Handshake(int remote, const std::stop_token& stop);

  const Options options_;
  const Context context_;
  const UniqueFd listener_;
  const std::string target_;
  mutable absl::Mutex mu_;
  absl::Status last_error_ ABSL_GUARDED_BY(mu_);
  std::jthread thread_;  // last: stops and joins before the rest goes
};

}  // namespace waypoint::client
