#include "server/records/artifact_service.h"

#include "ptypes/operation.h"
#include "server/answer.h"
#include "server/records/operations.h"
#include "server/records/preload.h"

namespace waypoint::server {

void ArtifactService::Register(Table& table) {
  table.Unary("UpsertPushedArtifact", Needs::kRunner, *this, &ArtifactService::Upsert);
  table.Unary("GetPushedArtifact", Needs::kRunner, *this, &ArtifactService::Get);
  table.Unary("ListPushedArtifacts", Needs::kRunner, *this, &ArtifactService::List);
  table.Unary("GetLatestPushedArtifact", Needs::kRunner, *this, &ArtifactService::Latest);
}

absl::Status ArtifactService::Load(const state::View& view, const std::string& id, bool include_build,
                                   pb::PushedArtifact* artifact) const {
  ASSIGN_OR_RETURN(const auto stored, GetOperation<pb::PushedArtifact>(view, *indexes_.artifacts, id));
  *artifact = *stored;
  return PreloadArtifact(view, indexes_, include_build, artifact);
}

void ArtifactService::Upsert(const Caller&, const pb::UpsertPushedArtifactRequest& request,
                             Reply<pb::UpsertPushedArtifactResponse> reply) {
  if (absl::Status status = ptypes::Check(request); !status.ok()) return reply(status);
  AnswerUpdate(store_, reply, [&](state::Txn& txn, pb::UpsertPushedArtifactResponse* response) {
    *response->mutable_artifact() = request.artifact();
    RETURN_IF_ERROR(UpsertOperation(txn, *indexes_.artifacts, *response->mutable_artifact()));
    response->mutable_artifact()->mutable_preload();
    return absl::OkStatus();
  });
}

void ArtifactService::Get(const Caller&, const pb::GetPushedArtifactRequest& request, Reply<pb::PushedArtifact> reply) {
  if (absl::Status status = ptypes::CheckGetOperation(request); !status.ok()) return reply(status);
  AnswerRead<pb::PushedArtifact>(
      store_, reply, [this, request](const state::View& view, pb::PushedArtifact* artifact) -> absl::Status {
        ASSIGN_OR_RETURN(const std::string id, ResolveOperation(*indexes_.artifacts, request.ref()));
        return Load(view, id, false, artifact);
      });
}

void ArtifactService::List(const Caller&, const pb::ListPushedArtifactsRequest& request,
                           Reply<pb::ListPushedArtifactsResponse> reply) {
  if (absl::Status status = ptypes::CheckOfNamedApplication(request); !status.ok()) return reply(status);
  AnswerRead<pb::ListPushedArtifactsResponse>(
      store_, reply, [this, request](const state::View& view, pb::ListPushedArtifactsResponse* response) {
        return ListOperations(*indexes_.artifacts, FilterOf(request), request, response->mutable_artifacts(), response,
                              [&](const std::string& id, pb::PushedArtifact* artifact) {
                                return Load(view, id, request.include_build(), artifact);
                              });
      });
}

void ArtifactService::Latest(const Caller&, const pb::GetLatestPushedArtifactRequest& request,
                             Reply<pb::PushedArtifact> reply) {
  if (absl::Status status = ptypes::CheckOfApplication(request); !status.ok()) return reply(status);
  AnswerRead<pb::PushedArtifact>(
      store_, reply, [this, request](const state::View& view, pb::PushedArtifact* artifact) -> absl::Status {
        ASSIGN_OR_RETURN(const std::string id,
                         LatestOperation(*indexes_.artifacts, request.application(), WorkspaceOf(request)));
        return Load(view, id, false, artifact);
      });
}

}  // namespace waypoint::server
