#include "server/records/build_service.h"

#include "ptypes/operation.h"
#include "server/answer.h"
#include "server/records/operations.h"
#include "server/records/preload.h"

namespace waypoint::server {

void BuildService::Register(Table& table) {
  table.Unary("UpsertBuild", Needs::kRunner, *this, &BuildService::Upsert);
  table.Unary("GetBuild", Needs::kRunner, *this, &BuildService::Get);
  table.Unary("ListBuilds", Needs::kRunner, *this, &BuildService::List);
  table.Unary("GetLatestBuild", Needs::kRunner, *this, &BuildService::Latest);
}

void BuildService::Upsert(const Caller&, const pb::UpsertBuildRequest& request, Reply<pb::UpsertBuildResponse> reply) {
  if (absl::Status status = ptypes::Check(request); !status.ok()) return reply(status);
  AnswerUpdate(store_, reply, [&](state::Txn& txn, pb::UpsertBuildResponse* response) {
    *response->mutable_build() = request.build();
    RETURN_IF_ERROR(UpsertOperation(txn, *indexes_.builds, *response->mutable_build()));
    response->mutable_build()->mutable_preload();
    return absl::OkStatus();
  });
}

void BuildService::Get(const Caller&, const pb::GetBuildRequest& request, Reply<pb::Build> reply) {
  if (absl::Status status = ptypes::CheckGetOperation(request); !status.ok()) return reply(status);
  AnswerRead<pb::Build>(store_, reply, [this, request](const state::View& view, pb::Build* build) -> absl::Status {
    ASSIGN_OR_RETURN(const auto stored, FindOperation<pb::Build>(view, *indexes_.builds, request.ref()));
    *build = *stored;
    PreloadBuild(view, build);
    return absl::OkStatus();
  });
}

void BuildService::List(const Caller&, const pb::ListBuildsRequest& request, Reply<pb::ListBuildsResponse> reply) {
  if (absl::Status status = ptypes::CheckOfNamedApplication(request); !status.ok()) return reply(status);
  AnswerRead<pb::ListBuildsResponse>(
      store_, reply, [this, request](const state::View& view, pb::ListBuildsResponse* response) {
        return ListOperations(*indexes_.builds, FilterOf(request), request, response->mutable_builds(), response,
                              [&](const std::string& id, pb::Build* build) -> absl::Status {
                                ASSIGN_OR_RETURN(const auto stored,
                                                 GetOperation<pb::Build>(view, *indexes_.builds, id));
                                *build = *stored;
                                PreloadBuild(view, build);
                                return absl::OkStatus();
                              });
      });
}

void BuildService::Latest(const Caller&, const pb::GetLatestBuildRequest& request, Reply<pb::Build> reply) {
  if (absl::Status status = ptypes::CheckOfApplication(request); !status.ok()) return reply(status);
  AnswerRead<pb::Build>(store_, reply, [this, request](const state::View& view, pb::Build* build) -> absl::Status {
    ASSIGN_OR_RETURN(const std::string id,
                     LatestOperation(*indexes_.builds, request.application(), WorkspaceOf(request)));
    ASSIGN_OR_RETURN(const auto stored, GetOperation<pb::Build>(view, *indexes_.builds, id));
    *build = *stored;
    PreloadBuild(view, build);
    return absl::OkStatus();
  });
}

}  // namespace waypoint::server
