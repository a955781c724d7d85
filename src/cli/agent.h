// What `runner agent` asks for; main runs it, since the runner is above no command.
//
// Threads: the command's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "client/channel.h"

namespace waypoint::cli {

struct AgentOptions {
  std::string id;
  std::string state_dir;
  std::string cookie;
  std::string token;  // not the channel's
  std::string working_folder;
  std::map<std::string, std::string> labels;
  int64_t concurrency = 0;  // 0: three for each processor
  bool on_demand = false;
  std::string profile_id;
  std::string liveness_address;
  bool dynamic_config = false;
};

// Until the interrupt of the world, or until the runner ends by itself.
using RunAgent = std::function<absl::Status(client::Channel& channel, const AgentOptions& options)>;

}  // namespace waypoint::cli
