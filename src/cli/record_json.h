// Records as the lists print them with -json (cli.md 7, 9).
//
// Threads: pure functions.
#pragma once

#include "cli/json.h"
#include "waypoint/record.pb.h"
#include "waypoint/ui.pb.h"

namespace waypoint::cli {

Json StatusJson(const hashicorp::waypoint::Status& status);
Json ApplicationJson(const hashicorp::waypoint::Ref::Application& application);
Json BuildJson(const hashicorp::waypoint::Build& build);
Json ArtifactJson(const hashicorp::waypoint::PushedArtifact& artifact);
Json DeploymentJson(const hashicorp::waypoint::UI::DeploymentBundle& bundle);
Json ReleaseJson(const hashicorp::waypoint::UI::ReleaseBundle& bundle);

}  // namespace waypoint::cli
