// Whether the folder of a project holds edits that a remote job will not see, because that one gets its source from a
// git server (cli.md 6 "Remote").
//
// Threads: one; each git command has ten seconds.
// Errors:  what git says, or that no remote of the repository is the data source. Callers only log them.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "waypoint/record.pb.h"

namespace waypoint::cli {

// Whether both name the same repository: "git@host:a/b.git" and "https://host/a/b" do.
bool SameRepository(absl::string_view a, absl::string_view b);

// True if files below the source's path differ from what its remote branch was when last fetched.
absl::StatusOr<bool> HasUnusedEdits(const std::string& folder, const hashicorp::waypoint::Job::Git& source);

}  // namespace waypoint::cli
