// The parts of an answer that are not stored with its record (server-and-state.md 8, 8.1).
//
// Threads: the store's; within a look.
// Errors:  NotFound where a record names another that does not exist.
#pragma once

#include "absl/status/status.h"
#include "server/records/indexes.h"
#include "state/store.h"
#include "waypoint/record.pb.h"

namespace waypoint::server {

namespace pb = ::hashicorp::waypoint;

// Each sets `preload`, which is never null in an answer, with the data source of the record's job if that is known.
void PreloadBuild(const state::View& view, pb::Build* build);
absl::Status PreloadArtifact(const state::View& view, const RecordIndexes& indexes, bool include_build,
                             pb::PushedArtifact* artifact);
absl::Status PreloadDeployment(const state::View& view, const RecordIndexes& indexes,
                               pb::Deployment::LoadDetails details, pb::Deployment* deployment);
absl::Status PreloadRelease(const state::View& view, const RecordIndexes& indexes, pb::Release::LoadDetails details,
                            pb::Release* release);
// Where the deployment can be reached, as far as it is known.
void FillDeployUrl(pb::Deployment* deployment);

}  // namespace waypoint::server
