// A login token by way of a browser and an identity provider (auth.md 6 "CLI side").
//
// Threads: one; waits for the person in front of the browser, or for the interrupt.
// Errors:  FailedPrecondition: the server offers no such way, or several and none was chosen; the server's own.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "cli/session.h"
#include "client/channel.h"

namespace waypoint::cli {

// `method`: name of the auth method; empty: the only one there is.
absl::StatusOr<std::string> LogInWithBrowser(Session& session, client::Channel& channel, std::string method);

}  // namespace waypoint::cli
