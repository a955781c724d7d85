// What a runner gets on its RunnerConfig stream (jobs-and-runners.md 10.4; logs-exec-entrypoint.md 9, 10).
#pragma once

#include "state/store.h"
#include "waypoint/runner.pb.h"

namespace waypoint::runners {

namespace pb = ::hashicorp::waypoint;

// `job`: that of an on-demand runner, whose application and workspace narrow the configuration; else null.
pb::RunnerConfig ConfigurationOf(const state::View& view, const pb::Runner& runner, const pb::Job* job);

}  // namespace waypoint::runners
