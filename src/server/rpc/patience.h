// What a slow or half-open peer is granted; what it costs meanwhile is bounded by the queue of its calls.
//
// Threads: plain data.
#pragma once

#include "absl/time/time.h"

namespace waypoint::server {

// How long a peer may keep us waiting before it is dropped.
struct Patience {
  absl::Duration handshake = absl::Seconds(20);  // TLS and HTTP/2
  absl::Duration silence = absl::Minutes(1);     // then it is pinged
  absl::Duration ping = absl::Seconds(20);       // and must answer
  absl::Duration request = absl::Minutes(1);     // for the request of a call that takes one
  absl::Duration write = absl::Minutes(2);       // for room for a message
};

}  // namespace waypoint::server
