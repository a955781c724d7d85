// What a shell may offer for the word being typed (cli.md 1, "Autocompletion").
//
// Threads: pure functions, apart from reading folders for file names.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "cli/command.h"

namespace waypoint::cli {

// The part of COMP_LINE before COMP_POINT; the whole line where the point is missing or no number.
std::string LineToComplete(absl::string_view line, absl::string_view point);

// Candidates for the last word of `line`, sorted: subcommands, flags once the word starts with "-", and the files of
// `folder` where a command takes one.
std::vector<std::string> Complete(const Registry& registry, absl::string_view line, const std::string& folder);

}  // namespace waypoint::cli
