// A port that only says "this runner lives": connections are closed at once (jobs-and-runners.md 11, agent flags).
//
// Owns:    the listener and a thread.
// Threads: any.
// Errors:  Start: the address can't be listened on.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "base/fd.h"

namespace waypoint::runner {

class Liveness {
 public:
  // "host:port", ":port"
  static absl::StatusOr<std::unique_ptr<Liveness>> Start(const std::string& address);
  int port() const { return port_; }

 private:
  Liveness(UniqueFd listener, int port);

  const UniqueFd listener_;
  const int port_;
  std::jthread thread_;
};

}  // namespace waypoint::runner
