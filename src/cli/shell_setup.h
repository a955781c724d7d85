// Makes shells ask this program for candidates: edits the files bash, zsh and fish read at their start (cli.md 1).
//
// Threads: one.
// Errors:  AlreadyExists, NotFound with the files; what reading and writing them reports.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace waypoint::cli {

struct ShellSetup {
  std::string home;           // of the user
  std::string config_folder;  // $XDG_CONFIG_HOME or ~/.config
  std::string program;        // full path of this program
  std::string name;           // it is called by

  // The files that were changed.
  absl::StatusOr<std::vector<std::string>> Install() const;
  absl::StatusOr<std::vector<std::string>> Uninstall() const;
};

}  // namespace waypoint::cli
