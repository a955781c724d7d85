// -prune and -prune-retain, shared by up, deploy and release (cli.md 9).
#pragma once

#include "cli/flags.h"
#include "client/operations.h"

namespace waypoint::cli {

inline void AddPruneFlags(FlagSet& flags, client::PruneOptions& prune) {
  flags.Bool(&prune.prune, {.name = "prune", .usage = "Prune old unreleased deployments."});
  flags.Int(&prune.retain, {.name = "prune-retain",
                            .usage = "The number of unreleased deployments to keep. If this isn't set or is set to any "
                                     "negative number, then it keeps the number the project says."});
}

}  // namespace waypoint::cli
