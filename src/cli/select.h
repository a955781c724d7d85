// Which command the words of the command line mean (cli.md 1).
//
// Threads: pure function.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace waypoint::cli {

struct Selection {
  enum class Kind {
    kRun,
    kTopHelp,
    kGroupHelp,
    kCommandHelp,
    kShellSetup,
  };
  Kind kind = Kind::kTopHelp;
  const CommandInfo* command = nullptr;  // kRun, kCommandHelp
  const GroupInfo* group = nullptr;      // kGroupHelp
  std::vector<std::string> args;         // of the command
  std::string error;                     // shown before the help
  bool uninstall = false;                // kShellSetup
  int exit_code = 0;                     // of the help
  int verbosity = 0;                     // -v 1, -vv 2, -vvv 3
};

// `args` without the program's name.
Selection Select(const Registry& registry, std::vector<std::string> args);

}  // namespace waypoint::cli
