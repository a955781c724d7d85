// Build and push (core-and-plugins.md A9).
//
// Threads: one.
// Errors:  of the component; the record tells the same.
#pragma once

#include "absl/status/statusor.h"
#include "core/app.h"

namespace waypoint::core {

absl::StatusOr<pb::Build> Build(const App& app);
absl::StatusOr<pb::PushedArtifact> Push(const App& app, const pb::Build& build);
absl::StatusOr<pb::Job::BuildResult> BuildAndPush(const App& app, const pb::Job::BuildOp& op);

// What a stage's text may say of an earlier record: { "artifact": ... }; nothing without template data.
void AddTemplateData(const std::string& name, const std::string& template_data, config::EvalVariables* variables);

}  // namespace waypoint::core
