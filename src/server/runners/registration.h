// Runner records: what registering, going offline and tokens make of them (jobs-and-runners.md 10).
//
// Owns:    nothing; functions over a transaction.
// Errors:  InvalidArgument for a runner without id, PermissionDenied for a token of another runner.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "auth/identity.h"
#include "server/jobs/engine.h"
#include "state/store.h"
#include "waypoint/runner.pb.h"

namespace waypoint::runners {

namespace pb = ::hashicorp::waypoint;

bool MayWork(const pb::Runner& runner);

// Does the caller's token allow it to be this runner?
absl::Status CheckToken(const auth::Identity& identity, const pb::Runner& runner);

// Stores what the runner says of itself, keeps what the server knows of it.
absl::StatusOr<pb::Runner> Register(state::Txn& txn, pb::Runner runner);

// The stream that registered it is gone. Only runners that somebody decided about are remembered.
// Does nothing if a newer stream of the same runner is open: the record is that one's.
void LeaveRegistry(jobs::Engine& engine, const std::string& id);

}  // namespace waypoint::runners
