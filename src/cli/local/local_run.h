// The per-user server's own process: what `waypoint server local-run FOLDER` does until it is told to stop.
//
// Owns:    the lock of the folder while it runs.
// Threads: blocks its caller until `stop`.
// Errors:  told over standard output to whoever started it, and in the exit code.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "server/server.h"

namespace waypoint::cli {

using StartServer = std::function<absl::StatusOr<std::unique_ptr<server::Server>>(server::ServerOptions)>;

int RunLocalServer(const std::string& folder, const std::string& version, const StartServer& start,
                   std::stop_token stop);

}  // namespace waypoint::cli
