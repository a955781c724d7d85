// Runner configuration as the server pushes it: variables become environment, files, the log level
// (jobs-and-runners.md 11, "Applying config").
//
// Owns:    what the environment was before, to go back to when a variable is removed.
// Threads: Apply from one thread. It changes this process's environment, so nothing else may iterate over it then.
// Errors:  logged; one bad variable does not keep the others from being applied.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "waypoint/runner.pb.h"

namespace waypoint::runner {

class Configuration {
 public:
  // Relative names of files are taken from here.
  explicit Configuration(std::string working_folder) : working_folder_(std::move(working_folder)) {}

  void Apply(const ::hashicorp::waypoint::RunnerConfig& config);

 private:
  void SetVariable(const std::string& name, const std::string& value);
  void Revert(const std::string& name, const std::optional<std::string>& original);

  const std::string working_folder_;
  std::map<std::string, std::optional<std::string>> originals_;  // of every variable set now
};

}  // namespace waypoint::runner
