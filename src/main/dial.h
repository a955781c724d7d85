// A connection to a server that was asked whether we understand each other.
//
// Threads: any.
// Errors:  Unavailable, and what to do; FailedPrecondition for an incompatible server.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clicontext/connection.h"
#include "client/channel.h"

namespace waypoint::main_parts {

absl::StatusOr<std::unique_ptr<client::Channel>> DialServer(const clicontext::Connection& connection,
                                                            const std::string& version, absl::Duration timeout);

}  // namespace waypoint::main_parts
