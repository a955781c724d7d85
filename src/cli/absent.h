// A command of 0.11 that this program does not have: it says so, and what to do instead, whatever its flags and
// arguments are.
//
// Threads: one.
#pragma once

#include "cli/command.h"

namespace waypoint::cli {

class AbsentCommand : public Command {
 public:
  explicit AbsentCommand(std::string instead) : instead_(std::move(instead)) {}
  int Run(Session& session) override;

 private:
  std::string instead_;
};

}  // namespace waypoint::cli
