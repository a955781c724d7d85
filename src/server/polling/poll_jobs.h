// The jobs that the server makes by itself: polls of data sources and reports of how apps are
// (pipelines-triggers-polling.md C1, C3, C4, C6).
//
// Threads: the store's; within a step or look.
// Errors:  FailedPrecondition without a data source; those of JobQueue::Add.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/jobs/queue.h"
#include "server/jobs/step.h"
#include "server/polling/poller.h"
#include "server/records/indexes.h"
#include "waypoint/record.pb.h"

namespace waypoint::polling {

namespace pb = ::hashicorp::waypoint;

// Which projects have their data source, or their apps, polled.
Intervals PolledSources(const state::View& view);
Intervals PolledApplications(const state::View& view);

jobs::NewJob PollJob(const pb::Project& project);
// Of the latest deployment and release of each app in workspace `default`; may be empty.
absl::StatusOr<std::vector<jobs::NewJob>> StatusJobs(const state::View& view, const server::RecordIndexes& indexes,
                                                     const pb::Project& project);
// Without a singleton id.
jobs::NewJob StatusJob(const pb::Project& project, const std::string& workspace, pb::Deployment deployment);
jobs::NewJob StatusJob(const pb::Project& project, const std::string& workspace, pb::Release release);

}  // namespace waypoint::polling
