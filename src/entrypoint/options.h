// What the environment tells waypoint-entrypoint (logs-exec-entrypoint.md 13).
//
// Errors:  InvalidArgument for a boolean or a port that is none: fatal before anything starts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/log.h"

namespace waypoint::entrypoint {

struct Options {
  std::string deployment_id;
  std::string server_addr;  // empty: no server
  bool tls = false;
  bool tls_skip_verify = false;
  std::string invite_token;
  int64_t output_limit = 0;  // WAYPOINT_CEB_OUTPUT_LIMIT, our own: see output_limit.h; 0 = none
  bool disabled = false;     // also without a server
  bool disable_exec = false;
  bool server_required = false;
  LogLevel log_level = LogLevel::kDebug;
  std::string log_level_error;       // what was wrong with the given one; a warning only
  std::vector<std::string> command;  // program and arguments, program not resolved
  std::vector<std::string> env;      // for the child: ours, with PORT
};

// `arguments` without the program's own name; flags end at the first word that is none.
absl::StatusOr<Options> ReadOptions(const std::vector<std::string>& arguments, std::vector<std::string> env);

}  // namespace waypoint::entrypoint
