// One exec session: a command beside the app, its input and output over a stream of the server
// (logs-exec-entrypoint.md 7.3).
//
// Owns:    the command; its group is killed as soon as the server ends the stream.
// Threads: Run blocks its thread and uses two helpers until it returns.
// Errors:  go to the server as Error or Exit; Run itself only logs.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "client/channel.h"
#include "entrypoint/own_log.h"
#include "waypoint/entrypoint.pb.h"

namespace waypoint::entrypoint {

struct ExecSetup {
  std::string instance_id;
  pb::EntrypointConfig::Exec session;
  std::vector<std::string> env;  // own environment with the last known configuration
};

void RunExec(client::Channel& channel, const ExecSetup& setup, OwnLog& log, std::stop_token stop);

}  // namespace waypoint::entrypoint
