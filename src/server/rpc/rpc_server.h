// The gRPC listener: carries calls from the network to the table.
//
// Owns:    the loop and its thread, the listening socket, every call.
// Threads: the constructor makes the loop and starts it, so that the store can use it as its executor before
//          anything listens. Listen and Shutdown come from one thread, not the loop's.
// Errors:  Listen: AlreadyExists when the address is in use, InvalidArgument for bad certificates.
// Spec:    server-and-state.md 2, 3.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/executor.h"
#include "server/guard.h"
#include "server/rpc/method_table.h"
#include "server/rpc/patience.h"

namespace waypoint::server {

struct ListenOptions {
  std::string address = "127.0.0.1:0";
  // PEM pair by content, or by files that are watched and loaded again; none: no TLS.
  std::string cert_pem, key_pem;
  std::string cert_file, key_file;
  Patience patience;
};

struct TransportStats {
  size_t open_streams = 0;
  std::vector<std::pair<std::string, MethodStats>> methods;  // those that were called
};

class RpcServer {
 public:
  static std::unique_ptr<RpcServer> Create();
  virtual ~RpcServer() = default;

  virtual Executor& loop() = 0;
  virtual void RunOnLoop(std::function<void()> callback) = 0;
  virtual MethodTable& table() = 0;
  // The clock posts to the loop and lives until Shutdown; the table is complete.
  virtual absl::Status Listen(const ListenOptions& options, Clock& clock, Guard& guard) = 0;
  virtual int port() const = 0;
  virtual TransportStats Stats() = 0;  // loop only
  // New calls are refused and streams end UNAVAILABLE at once, other calls have `grace`. Nothing runs on the
  // loop any more when it returns.
  virtual void Shutdown(absl::Duration grace) = 0;
};

}  // namespace waypoint::server
