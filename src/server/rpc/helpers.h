// Services beside the API, open to everybody: reflection, answered from the compiled descriptors, and health.
#pragma once

#include "server/rpc/method_table.h"

namespace waypoint::server {

void AddHelpers(MethodTable& table);

}  // namespace waypoint::server
