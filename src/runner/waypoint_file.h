// Which waypoint.hcl a job uses: the file in its folder, the job's own text, or the project's stored one
// (jobs-and-runners.md 12, step 2).
//
// Threads: any.  Errors: FailedPrecondition when there is none at all.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "waypoint/record.pb.h"

namespace waypoint::runner {

struct WaypointFile {
  std::string path;
  ::hashicorp::waypoint::Job::Config::Source source = ::hashicorp::waypoint::Job::Config::UNKNOWN;
};

absl::StatusOr<WaypointFile> ChooseWaypointFile(const std::string& folder, const ::hashicorp::waypoint::Job& job,
                                                const ::hashicorp::waypoint::Project& project);

}  // namespace waypoint::runner
