// One connection, accepted or made, with or without TLS, as blocking reads and writes with deadlines.
//
// Owns:    the socket and the TLS state.
// Threads: one.
// Errors:  DeadlineExceeded; Cancelled when stopped; Unavailable when the peer is gone, speaks no TLS or is not
//          trusted.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/fd.h"
#include "server/tls/self_signed.h"

typedef struct ssl_ctx_st SSL_CTX;

namespace waypoint::server {

using TlsContext = std::shared_ptr<SSL_CTX>;
absl::StatusOr<TlsContext> MakeTlsContext(const PemPair& pair);

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // Some bytes; none at the end.
  virtual absl::StatusOr<std::string> Read(absl::Time deadline) = 0;
  virtual absl::Status Write(absl::string_view data, absl::Time deadline) = 0;
};

// A null context: plain. TLS is negotiated here.
absl::StatusOr<std::unique_ptr<ByteStream>> OpenStream(UniqueFd fd, TlsContext tls, absl::Time deadline,
                                                       std::stop_token stop);

// As a client of `host`, whose certificate must be its own. `ca_pem` is trusted instead of the system's certificates.
absl::StatusOr<std::unique_ptr<ByteStream>> ConnectTls(UniqueFd fd, const std::string& host, const std::string& ca_pem,
                                                       absl::Time deadline, std::stop_token stop);

}  // namespace waypoint::server
