// Until when a job waits for the on-demand runner that was made for it (jobs-and-runners.md 9, 10.4).
//
// 0.11 lets it wait for ever when that runner never registers. Here the wait ends by the job's expire_time, which is
// stored with it: each end in the chain of the runner draws it nearer, only its registration puts it off.
//
// Errors:  none.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "server/jobs/machine.h"
#include "state/store.h"
#include "waypoint/runner.pb.h"

namespace waypoint::jobs {

// Since it was started, to connect to the server: images are pulled and machines are booted meanwhile.
constexpr absl::Duration kOnDemandConnect = absl::Minutes(15);
// Since its watcher reported that it ended.
constexpr absl::Duration kOnDemandEnded = absl::Seconds(10);
// Since its watcher failed: the runner itself may be well.
constexpr absl::Duration kOnDemandUnwatched = absl::Minutes(2);
// Since it registered, to take its job.
constexpr absl::Duration kOnDemandTake = absl::Seconds(60);

// The end of the wait that follows from what a runner reported of `job`, one of the chain of `task`; none: no news.
std::optional<absl::Time> WaitEnds(const pb::Task& task, const pb::Job& job, Change::Report report, absl::Time now);

// The same for an on-demand runner that registers. One that comes and goes does not put the end off for ever.
absl::Time WaitEndsOnceRegistered(const pb::Job* start, absl::Time now);

// In the transaction of `job`: the job that waits for the runner gets its new end.
void BoundWait(state::Txn& txn, const pb::Task& task, const pb::Job& job, Change::Report report);

// The watcher reported how the runner ended, or failed itself. Not so if the server gave the watcher up.
bool WatcherReported(const pb::Job& watch);

}  // namespace waypoint::jobs
