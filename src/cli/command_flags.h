// A command made ready to read its arguments: the object, and all its flags in the order of the help.
//
// Owns:    the command and the values of the common flags; `flags` refers to both.
// Threads: one.
#pragma once

#include <memory>

#include "cli/command.h"
#include "cli/session.h"

namespace waypoint::cli {

struct CommandFlags {
  explicit CommandFlags(const CommandInfo& info) : command(info.make()) {
    common.AddGlobal(flags);
    if (info.needs.operation_flags) common.AddOperation(flags);
    if (info.needs.connection_flags) common.AddConnection(flags);
    flags.Group("Command Options");
    command->Flags(flags);
  }
  CommandFlags(const CommandFlags&) = delete;

  std::unique_ptr<Command> command;
  CommonFlags common;
  FlagSet flags;
};

}  // namespace waypoint::cli
