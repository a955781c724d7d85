// What the per-user server tells about itself: the file `state` in its folder (issue "walking skeleton", 10).
//
// Threads: values and plain file access.
// Errors:  NotFound when there is no file, DataLoss when it cannot be understood.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "base/process_id.h"

namespace waypoint::cli {

// Which program a server runs.
struct ProgramIdentity {
  std::string version;     // "0.12.0"
  std::string executable;  // absolute path
  int64_t modified = 0;    // of the file, nanoseconds since the epoch
};

struct ServerState {
  std::string address;  // "127.0.0.1:PORT"
  ProcessIdentity process;
  ProgramIdentity program;
};

std::string FormatState(const ServerState& state);
absl::StatusOr<ServerState> ParseState(const std::string& text);

ProgramIdentity ThisProgram(const std::string& version);
// Whether `self` should take over from the program that runs: a newer version, or the same file built anew.
bool ShouldReplace(const ProgramIdentity& running, const ProgramIdentity& self);

}  // namespace waypoint::cli
