// One run of the command line: words to exit code.
//
// Threads: one.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/session.h"

namespace waypoint::cli {

// `args` without the program's name. world.ui may be replaced by a plain one when -plain is given.
int RunCommandLine(const Registry& registry, World& world, const std::vector<std::string>& args,
                   const std::function<Ui*()>& plain_ui);

// Every command of this program.
Registry AllCommands();

}  // namespace waypoint::cli
