// Runs another program for its output, with a limit on time.
//
// Threads: the caller's, until the end.
// Errors:  NotFound: no such program. DeadlineExceeded, Cancelled: it was ended with all it had started.
//          An exit code is none.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace waypoint::cli {

struct ProgramEnd {
  int code = 0;
  std::string out;
  std::string err;
};

// In `folder`, without input; `env` is added to the environment of this process.
absl::StatusOr<ProgramEnd> RunProgram(const std::vector<std::string>& argv, const std::string& folder,
                                      absl::Duration patience, const std::vector<std::string>& env = {},
                                      std::stop_token stop = {});

// Git that asks nobody for a password and speaks English.
absl::StatusOr<ProgramEnd> RunGit(std::vector<std::string> words, const std::string& folder, absl::Duration patience,
                                  std::stop_token stop = {});

}  // namespace waypoint::cli
