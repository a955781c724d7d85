// Components for tests of operations: `fake` with all stages, `bare` with a builder and a platform only.
//
// Threads: the test's; the script outlives the plugins.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "plugin/native.h"

namespace waypoint::core {

// What the components do and did.
struct Script {
  std::vector<std::string> calls;  // "build", "deploy deployment-1", ...
  std::string fail;                // this call fails
  std::string wait;                // this call waits for a stop
  std::function<void()> waiting;   // told when it does
  std::string generation;
};

std::vector<std::shared_ptr<const plugin::Plugin>> FakePlugins(Script* script);

}  // namespace waypoint::core
