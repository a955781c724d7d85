// On-demand runner profiles: which one a reference means, and which one is the default
// (jobs-and-runners.md 9, "Runner profiles").
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "state/store.h"
#include "waypoint/runner.pb.h"

namespace waypoint::jobs {

namespace pb = ::hashicorp::waypoint;
using ProfilePtr = std::shared_ptr<const pb::OnDemandRunnerConfig>;

// By id, else by whole name without regard to case. Null if there is none.
ProfilePtr FindProfile(const state::View& view, const pb::Ref::OnDemandRunnerConfig& ref);
// The default profile with the lowest id; null if no profile is one.
ProfilePtr DefaultProfile(const state::View& view);

}  // namespace waypoint::jobs
