// What a workspace knows about the projects and applications that were active in it (server-and-state.md 7).
//
// Threads: the store's; within a step.
#pragma once

#include <optional>

#include "google/protobuf/timestamp.pb.h"
#include "state/store.h"
#include "waypoint/record.pb.h"

namespace waypoint::server {

// An operation of the application took place: creates workspace, project and application inside where they are
// missing, and sets `active_time` on all three; without a time it stays as it was.
void NoteActivity(state::Txn& txn, const ::hashicorp::waypoint::Ref::Workspace& workspace,
                  const ::hashicorp::waypoint::Ref::Application& application,
                  const std::optional<google::protobuf::Timestamp>& time);
// A job found this version of the project's source.
void NoteDataSourceRef(state::Txn& txn, const ::hashicorp::waypoint::Ref::Workspace& workspace,
                       const ::hashicorp::waypoint::Ref::Project& project,
                       const ::hashicorp::waypoint::Job::DataSource::Ref& ref);
// The workspace's entry for a project; null if it has none.
const ::hashicorp::waypoint::Workspace::Project* FindProjectIn(const ::hashicorp::waypoint::Workspace& workspace,
                                                               absl::string_view project);

}  // namespace waypoint::server
