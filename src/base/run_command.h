// Run a command to its end, passing its output on while it comes.
//
// Threads: output() is called on the calling thread, one chunk at a time.
// Errors:  Cancelled after a stop: the group got SIGTERM, kStopGrace, SIGKILL; nothing of it is left.
//          An exit code is no error here; it is in the result.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/subprocess.h"

namespace waypoint {

inline constexpr absl::Duration kStopGrace = absl::Seconds(5);

struct CommandOptions {
  std::vector<std::string> argv;
  std::optional<std::vector<std::string>> env;
  std::string cwd;
  std::function<void(absl::string_view data, bool is_stderr)> output;  // absent: thrown away
  // The command also dies with us, were we killed. Off where the calling thread may end first.
  bool die_with_caller = true;
};

// Standard input is empty. The command leads a process group of its own.
absl::StatusOr<ExitStatus> RunCommand(const CommandOptions& options, std::stop_token stop = {});

}  // namespace waypoint
