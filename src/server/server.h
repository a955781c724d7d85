// The whole server: store, services, table of RPCs and listeners in one object.
//
// Owns:    everything below; one loop thread runs all services and sessions, the store has its disk thread.
// Threads: Start, LocalToken and Shutdown block and may be called from any thread but the loop's own.
// Errors:  Start says which part failed: AlreadyExists = address in use, FailedPrecondition = the store is in
//          use or of a newer format.
// Spec:    server-and-state.md 1, 2, 11.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/common/pruner.h"

namespace waypoint::server {

struct ServerOptions {
  std::string data_dir;                        // made if absent; one server at a time may use it
  std::string grpc_listen = "127.0.0.1:9701";  // port 0: any free one
  std::string http_listen;                     // empty: none
  std::string http_insecure_listen;            // empty: none
  bool tls = true;                             // off only for the per-user server on loopback
  std::string tls_cert_file, tls_key_file;     // both empty: self-signed
  std::string advertise_addr;                  // empty: leave the stored one alone
  bool advertise_own_address = false;          // advertise what grpc_listen became
  bool advertise_tls = true;
  bool advertise_tls_skip_verify = false;
  std::string version = "v0.12.0";
  RetentionOptions retention;
};

class Server {
 public:
  // Listening when it returns.
  static absl::StatusOr<std::unique_ptr<Server>> Start(ServerOptions options);
  virtual ~Server() = default;

  virtual int grpc_port() const = 0;
  virtual int http_port() const = 0;           // 0: no HTTP listener
  virtual int http_insecure_port() const = 0;  // 0: none without TLS
  virtual bool bootstrapped() = 0;
  // RPCs of the API that answer UNIMPLEMENTED.
  virtual std::vector<std::string> NotBuilt() const = 0;
  // A login token without expiry of the first user, who is created if there is none: for the per-user server.
  virtual absl::StatusOr<std::string> LocalToken() = 0;
  // SIGHUP: reads the certificate files again, and the log level from the file "log-level" in the data folder (without
  // it the level is that of the start).
  virtual void Reload() = 0;
  // Refuses new calls, lets running ones end for `grace`, then ends them, then closes the store.
  virtual void Shutdown(absl::Duration grace = absl::Seconds(2)) = 0;
};

}  // namespace waypoint::server
