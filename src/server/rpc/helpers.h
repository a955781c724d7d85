// Services beside the API, open to everybody: reflection, answered from the compiled descriptors, and health.
#pragma once

#include "server/rpc/health.h"
#include "server/rpc/method_table.h"

namespace waypoint::server {

// `health` outlives the table.
void AddHelpers(MethodTable& table, Health& health);

}  // namespace waypoint::server
