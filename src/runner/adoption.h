// How a runner that starts with nothing but the server's cookie gets its token: somebody adopts it
// (jobs-and-runners.md 10.3, 11).
//
// Threads: one; blocks until adopted, rejected or stopped, hours if need be.
// Errors:  PermissionDenied: rejected, or the cookie is wrong. Unavailable is waited out.
#pragma once

#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "runner/token_channel.h"
#include "waypoint/runner.pb.h"

namespace waypoint::runner {

struct AdoptionOptions {
  std::string state_dir;  // keeps an issued token; empty: it is forgotten with the process
  absl::Duration retry = absl::Seconds(2);
};

// `self` is the runner as it will register. A new token is set on the channel.
absl::Status SeekAdoption(TokenChannel& channel, const ::hashicorp::waypoint::Runner& self,
                          const AdoptionOptions& options, std::stop_token stop);

}  // namespace waypoint::runner
