// Makes a copy of somebody's project to start from: `waypoint init -from-project` (cli.md 9).
//
// Sources: a folder; an archive behind http(s); a git repository (written "git::URL", "git@...", ending in ".git",
//          or on a well-known host), with "//FOLDER" and "?ref=BRANCH".
// Units:   an archive has at most 500 MB and 30 seconds, a repository 30 seconds.
// Errors:  AlreadyExists for the target; nothing is left behind. A source with symbolic links is refused, for
//          they could lead out of it.
#pragma once

#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace waypoint::cli {

struct ProjectSource {
  enum class Kind { kFolder, kArchive, kGit };
  Kind kind = Kind::kFolder;
  std::string location;  // full path, or URL
  std::string folder;    // inside of it
  std::string ref;       // kGit
};

ProjectSource ParseProjectSource(const std::string& text, const std::string& working_folder);
// The last part of the location without extension: the folder's name where the user gives none.
std::string DefaultTarget(const std::string& text);
absl::Status FetchProject(const ProjectSource& source, const std::string& target, std::stop_token stop);

}  // namespace waypoint::cli
