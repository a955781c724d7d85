// Which user somebody is whom a provider vouches for (auth.md 6, flow 5).
//
// Threads: the loop; inside a transaction.
#pragma once

#include "auth/json_claims.h"
#include "server/access/user_index.h"
#include "state/store.h"
#include "waypoint/common.pb.h"

namespace waypoint::server {

// The one linked with this issuer and subject; else the one with the same, verified, address; else a new one.
::hashicorp::waypoint::User UserOfClaims(state::Txn& txn, const UserIndex& index, const auth::JsonObject& claims);

}  // namespace waypoint::server
