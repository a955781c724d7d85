// How far an on-demand task got, told by what its runners report (jobs-and-runners.md 9). Only reported
// events count, not what the server decides by itself.
#pragma once

#include "server/jobs/machine.h"
#include "state/store.h"

namespace waypoint::jobs {

// In the transaction of the job, so that both are one truth. Writes nothing if nothing changes. The job that waits for
// the runner of the task gets its end of the wait (on_demand_wait.h).
void AdvanceTask(state::Txn& txn, const pb::Job& job, Change::Report report);

}  // namespace waypoint::jobs
