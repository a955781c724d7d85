// A Channel over gRPC.
//
// Owns:    one connection (kept alive by pings, re-made as needed) and, once a stream was opened, one
//          timer thread for inline keepalives.
// Threads: as client/channel.h says; the channel outlives its streams.
// Errors:  Unavailable when the server cannot be reached in time, with its address and what to try.
// Spec:    server-and-state.md 3, 16; auth.md 2. Links no more of the wire than transport.proto, since the
//          entrypoint uses it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/channel.h"
#include "waypoint/transport.pb.h"

namespace waypoint::client {

struct DialOptions {
  std::string address;  // host:port, or unix:PATH
  bool tls = true;
  bool tls_skip_verify = false;
  std::string ca_pem;                                         // trusted instead of the system's certificates
  std::string token;                                          // sent raw, in both headers; empty: none
  std::vector<std::pair<std::string, std::string>> metadata;  // of every call: wpcookie, waypoint-runner-id
  std::string client_version;                                 // "v0.12.0"; set by main from the build
  absl::Duration timeout = absl::Seconds(10);                 // zero: do not wait, connect with the first call
  bool inline_keepalives = true;
};

// Waits until connected or the time is over.
absl::StatusOr<std::unique_ptr<Channel>> Dial(const DialOptions& options);

// Applies the rules of server-and-state.md 3.3 to what a server says of itself.
absl::Status CheckServerVersion(const ::hashicorp::waypoint::VersionInfo& server);

}  // namespace waypoint::client
