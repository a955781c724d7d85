#include "server/records/release_service.h"

#include "ptypes/operation.h"
#include "server/answer.h"
#include "server/records/operations.h"
#include "server/records/preload.h"
#include "server/records/report_of.h"

namespace waypoint::server {

void ReleaseService::Register(Table& table) {
  table.Unary("UpsertRelease", Needs::kRunner, *this, &ReleaseService::Upsert);
  table.Unary("GetRelease", Needs::kRunner, *this, &ReleaseService::Get);
  table.Unary("ListReleases", Needs::kRunner, *this, &ReleaseService::List);
  table.Unary("GetLatestRelease", Needs::kRunner, *this, &ReleaseService::Latest);
  table.Unary("UI_ListReleases", Needs::kRunner, *this, &ReleaseService::UiList);
}

absl::Status ReleaseService::Load(const state::View& view, const std::string& id, pb::Release::LoadDetails details,
                                  pb::Release* release) const {
  ASSIGN_OR_RETURN(const auto stored, GetOperation<pb::Release>(view, *indexes_.releases, id));
  *release = *stored;
  return PreloadRelease(view, indexes_, details, release);
}

void ReleaseService::Upsert(const Caller&, const pb::UpsertReleaseRequest& request,
                            Reply<pb::UpsertReleaseResponse> reply) {
  if (absl::Status status = ptypes::Check(request); !status.ok()) return reply(status);
  AnswerUpdate(store_, reply, [&](state::Txn& txn, pb::UpsertReleaseResponse* response) {
    *response->mutable_release() = request.release();
    RETURN_IF_ERROR(UpsertOperation(txn, *indexes_.releases, *response->mutable_release()));
    response->mutable_release()->mutable_preload();
    return absl::OkStatus();
  });
}

void ReleaseService::Get(const Caller&, const pb::GetReleaseRequest& request, Reply<pb::Release> reply) {
  if (absl::Status status = ptypes::CheckGetOperation(request); !status.ok()) return reply(status);
  AnswerRead<pb::Release>(store_, reply,
                          [this, request](const state::View& view, pb::Release* release) -> absl::Status {
                            ASSIGN_OR_RETURN(const std::string id, ResolveOperation(*indexes_.releases, request.ref()));
                            return Load(view, id, request.load_details(), release);
                          });
}

void ReleaseService::List(const Caller&, const pb::ListReleasesRequest& request,
                          Reply<pb::ListReleasesResponse> reply) {
  if (absl::Status status = ptypes::CheckOfApplication(request); !status.ok()) return reply(status);
  AnswerRead<pb::ListReleasesResponse>(
      store_, reply, [this, request](const state::View& view, pb::ListReleasesResponse* response) {
        return ListOperations(*indexes_.releases, FilterOf(request), request, response->mutable_releases(), response,
                              [&](const std::string& id, pb::Release* release) {
                                return Load(view, id, request.load_details(), release);
                              });
      });
}

void ReleaseService::Latest(const Caller&, const pb::GetLatestReleaseRequest& request, Reply<pb::Release> reply) {
  if (absl::Status status = ptypes::CheckOfApplication(request); !status.ok()) return reply(status);
  AnswerRead<pb::Release>(
      store_, reply, [this, request](const state::View& view, pb::Release* release) -> absl::Status {
        ASSIGN_OR_RETURN(const std::string id,
                         LatestOperation(*indexes_.releases, request.application(), WorkspaceOf(request)));
        return Load(view, id, request.load_details(), release);
      });
}

void ReleaseService::UiList(const Caller&, const pb::UI::ListReleasesRequest& request,
                            Reply<pb::UI::ListReleasesResponse> reply) {
  if (absl::Status status = ptypes::CheckOfApplication(request); !status.ok()) return reply(status);
  AnswerRead<pb::UI::ListReleasesResponse>(
      store_, reply, [this, request](const state::View& view, pb::UI::ListReleasesResponse* response) {
        const OperationFilter filter = FilterOf(request);
        return ListOperations(
            *indexes_.releases, filter, request, response->mutable_releases(), response,
            [&](const std::string& id, pb::UI::ReleaseBundle* bundle) {
              RETURN_IF_ERROR(Load(view, id, pb::Release::BUILD, bundle->mutable_release()));
              if (auto report = NewestReportOf(view, *indexes_.status_reports, filter, ReleaseTarget(id));
                  report != nullptr) {
                *bundle->mutable_latest_status_report() = *report;
              }
              return absl::OkStatus();
            });
      });
}

}  // namespace waypoint::server
