// Brings the source of a job to this machine (jobs-and-runners.md 13).
//
// Owns:    a Fetched owns what it downloaded; it disappears with it.
// Threads: any; blocks, a stop ends it.
// Errors:  Internal: the job has no data source. FailedPrecondition: unusable kind or override.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/files.h"
#include "waypoint/record.pb.h"

namespace waypoint::datasource {

struct Fetched {
  std::string folder;  // absolute
  std::optional<::hashicorp::waypoint::Job::DataSource::Ref> ref;
  std::optional<TempFolder> owned;
};

struct FetchOptions {
  std::string working_folder;  // of a local source
  // Tells the user; styles as in a terminal line ("header", "info").
  std::function<void(absl::string_view style, absl::string_view text)> say;
  std::stop_token stop;
};

absl::StatusOr<Fetched> Fetch(const ::hashicorp::waypoint::Job& job, const FetchOptions& options);

}  // namespace waypoint::datasource
