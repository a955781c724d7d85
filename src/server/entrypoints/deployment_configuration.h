// What the entrypoint of a deployment gets: variables, sources of dynamic ones, the signal for changed files
// (logs-exec-entrypoint.md 6, 9, 10).
#pragma once

#include "state/store.h"
#include "waypoint/entrypoint.pb.h"
#include "waypoint/record.pb.h"

namespace waypoint::entrypoints {

namespace pb = ::hashicorp::waypoint;

pb::EntrypointConfig ConfigurationOf(const state::View& view, const pb::Deployment& deployment);

}  // namespace waypoint::entrypoints
