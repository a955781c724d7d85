// Git as the source of a job: overrides, clone, checkout of any ref, submodules, and whether something new is there
// (jobs-and-runners.md 13).
//
// Owns:    nothing; a clone belongs to who gave the folder.
// Threads: any; blocks, a stop ends it.
// Errors:  FailedPrecondition: overrides or keys that can't be used. Aborted: git itself failed, with its words.
//          Internal (Changes): the ref is not on the remote.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "datasource/source.h"
#include "waypoint/record.pb.h"

namespace waypoint::datasource {

// The job's git source with its overrides applied: username, password, key, key_password, url, ref, path.
absl::StatusOr<::hashicorp::waypoint::Job::Git> EffectiveGit(const ::hashicorp::waypoint::Job& job);

absl::StatusOr<Fetched> FetchGit(const ::hashicorp::waypoint::Job::Git& git, const FetchOptions& options);

struct GitChange {
  ::hashicorp::waypoint::Job::DataSource::Ref ref;  // the commit only
  bool ignore = false;                              // nothing below `path` changed
};
// Nothing: still at `current`.
absl::StatusOr<std::optional<GitChange>> GitChanges(const ::hashicorp::waypoint::Job::Git& git,
                                                    const ::hashicorp::waypoint::Job::DataSource::Ref* current,
                                                    std::stop_token stop);

}  // namespace waypoint::datasource
