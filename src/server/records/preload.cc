#include "server/records/preload.h"

#include "server/records/operations.h"

namespace waypoint::server {
namespace {

template <typename Record>
void FillDataSource(const state::View& view, Record* record) {
  auto* preload = record->mutable_preload();
  if (record->job_id().empty()) return;
  const std::shared_ptr<const pb::Job> job = view.Get<pb::Job>(record->job_id());
  if (job != nullptr && job->has_data_source_ref()) *preload->mutable_job_data_source_ref() = job->data_source_ref();
}

// The artifact, and its build where that is wanted too.
template <typename Preload>
absl::Status FillArtifact(const state::View& view, const RecordIndexes& indexes, const std::string& artifact_id,
                          bool with_build, Preload* preload) {
  ASSIGN_OR_RETURN(const auto artifact, GetOperation<pb::PushedArtifact>(view, *indexes.artifacts, artifact_id));
  *preload->mutable_artifact() = *artifact;
  FillDataSource(view, preload->mutable_artifact());
  if (!with_build) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto build, GetOperation<pb::Build>(view, *indexes.builds, artifact->build_id()));
  *preload->mutable_build() = *build;
  FillDataSource(view, preload->mutable_build());
  return absl::OkStatus();
}

}  // namespace

void PreloadBuild(const state::View& view, pb::Build* build) { FillDataSource(view, build); }

absl::Status PreloadArtifact(const state::View& view, const RecordIndexes& indexes, bool include_build,
                             pb::PushedArtifact* artifact) {
  FillDataSource(view, artifact);
  if (!include_build) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto build, GetOperation<pb::Build>(view, *indexes.builds, artifact->build_id()));
  *artifact->mutable_build() = *build;
  FillDataSource(view, artifact->mutable_build());
  return absl::OkStatus();
}

absl::Status PreloadDeployment(const state::View& view, const RecordIndexes& indexes,
                               pb::Deployment::LoadDetails details, pb::Deployment* deployment) {
  FillDataSource(view, deployment);
  if (details < pb::Deployment::ARTIFACT) return absl::OkStatus();
  return FillArtifact(view, indexes, deployment->artifact_id(), details >= pb::Deployment::BUILD,
                      deployment->mutable_preload());
}

absl::Status PreloadRelease(const state::View& view, const RecordIndexes& indexes, pb::Release::LoadDetails details,
                            pb::Release* release) {
  FillDataSource(view, release);
  if (details < pb::Release::DEPLOYMENT) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto deployment,
                   GetOperation<pb::Deployment>(view, *indexes.deployments, release->deployment_id()));
  *release->mutable_preload()->mutable_deployment() = *deployment;
  FillDataSource(view, release->mutable_preload()->mutable_deployment());
  if (details < pb::Release::ARTIFACT) return absl::OkStatus();
  return FillArtifact(view, indexes, deployment->artifact_id(), details >= pb::Release::BUILD,
                      release->mutable_preload());
}

void FillDeployUrl(pb::Deployment* deployment) {
  if (!deployment->url().empty()) deployment->mutable_preload()->set_deploy_url(deployment->url());
}

}  // namespace waypoint::server
