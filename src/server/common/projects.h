// Projects and their applications as stored: one record, found without regard to case (server-and-state.md 6).
//
// Threads: the store's; within a step or look.
// Errors:  NotFound, naming what does not exist.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "state/store.h"
#include "waypoint/record.pb.h"

namespace waypoint::server {

absl::Status NoSuchProject(absl::string_view name);
absl::StatusOr<std::shared_ptr<const ::hashicorp::waypoint::Project>> FindProject(const state::View& view,
                                                                                  absl::string_view name);
// Null if the project has no such application.
const ::hashicorp::waypoint::Application* FindApplication(const ::hashicorp::waypoint::Project& project,
                                                          absl::string_view name);
// Creates project and application where they are missing, as spelled; leaves existing ones as they are.
void EnsureApplication(state::Txn& txn, const ::hashicorp::waypoint::Ref::Application& ref);

}  // namespace waypoint::server
