// Remembers which revision of a project a workspace got last (jobs-and-runners.md 7, "download").
#pragma once

#include "state/store.h"
#include "waypoint/record.pb.h"

namespace waypoint::runners {

namespace pb = ::hashicorp::waypoint;

// Makes the workspace, and the project in it, if needed.
void StoreProjectRef(state::Txn& txn, const pb::Job& job, const pb::Job::DataSource::Ref& ref);

}  // namespace waypoint::runners
