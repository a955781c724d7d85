#include "server/records/status_report_service.h"

#include "absl/strings/match.h"
#include "ptypes/operation.h"
#include "server/answer.h"
#include "server/records/operations.h"

namespace waypoint::server {
namespace {

using Latest = pb::GetLatestStatusReportRequest;

bool TargetMatches(const Latest& request, const std::string& target) {
  switch (request.target_case()) {
    case Latest::kDeploymentAny:
      return absl::StartsWith(target, DeploymentTarget(""));
    case Latest::kDeploymentId:
      return target == DeploymentTarget(request.deployment_id());
    case Latest::kReleaseAny:
      return absl::StartsWith(target, ReleaseTarget(""));
    case Latest::kReleaseId:
      return target == ReleaseTarget(request.release_id());
    case Latest::kAny:
    case Latest::TARGET_NOT_SET:
      break;
  }
  return true;
}

// The kind that the list asks for; a ref that names one narrows it to that one. Nothing is about one that is unknown.
std::string TargetPrefix(const RecordIndexes& indexes, const pb::ListStatusReportsRequest& request) {
  auto one = [](const OperationIndex& index, const pb::Ref::Operation& ref, std::string (*target)(absl::string_view)) {
    if (ref.target_case() == pb::Ref::Operation::TARGET_NOT_SET) return target("");
    return target(ResolveOperation(index, ref).value_or("?"));
  };
  if (request.has_deployment()) return one(*indexes.deployments, request.deployment(), DeploymentTarget);
  if (request.has_release()) return one(*indexes.releases, request.release(), ReleaseTarget);
  return "";
}

}  // namespace

void StatusReportService::Register(Table& table) {
  table.Unary("UpsertStatusReport", Needs::kRunner, *this, &StatusReportService::Upsert);
  table.Unary("GetStatusReport", Needs::kRunner, *this, &StatusReportService::Get);
  table.Unary("ListStatusReports", Needs::kRunner, *this, &StatusReportService::List);
  table.Unary("GetLatestStatusReport", Needs::kRunner, *this, &StatusReportService::Latest);
}

void StatusReportService::Upsert(const Caller&, const pb::UpsertStatusReportRequest& request,
                                 Reply<pb::UpsertStatusReportResponse> reply) {
  if (absl::Status status = ptypes::Check(request); !status.ok()) return reply(status);
  AnswerUpdate(store_, reply, [&](state::Txn& txn, pb::UpsertStatusReportResponse* response) {
    *response->mutable_status_report() = request.status_report();
    return UpsertOperation(txn, *indexes_.status_reports, *response->mutable_status_report());
  });
}

void StatusReportService::Get(const Caller&, const pb::GetStatusReportRequest& request, Reply<pb::StatusReport> reply) {
  if (absl::Status status = ptypes::CheckGetOperation(request); !status.ok()) return reply(status);
  AnswerRead<pb::StatusReport>(
      store_, reply, [this, request](const state::View& view, pb::StatusReport* report) -> absl::Status {
        ASSIGN_OR_RETURN(const auto stored,
                         FindOperation<pb::StatusReport>(view, *indexes_.status_reports, request.ref()));
        *report = *stored;
        return absl::OkStatus();
      });
}

void StatusReportService::List(const Caller&, const pb::ListStatusReportsRequest& request,
                               Reply<pb::ListStatusReportsResponse> reply) {
  if (absl::Status status = ptypes::CheckOfNamedApplication(request); !status.ok()) return reply(status);
  AnswerRead<pb::ListStatusReportsResponse>(
      store_, reply, [this, request](const state::View& view, pb::ListStatusReportsResponse* response) -> absl::Status {
        OperationFilter filter = FilterOf(request);
        filter.target_prefix = TargetPrefix(indexes_, request);
        return ListOperations(*indexes_.status_reports, filter, request, response->mutable_status_reports(), response,
                              [&](const std::string& id, pb::StatusReport* report) -> absl::Status {
                                ASSIGN_OR_RETURN(const auto stored,
                                                 GetOperation<pb::StatusReport>(view, *indexes_.status_reports, id));
                                *report = *stored;
                                return absl::OkStatus();
                              });
      });
}

void StatusReportService::Latest(const Caller&, const pb::GetLatestStatusReportRequest& request,
                                 Reply<pb::StatusReport> reply) {
  if (absl::Status status = ptypes::CheckOfApplication(request); !status.ok()) return reply(status);
  AnswerRead<pb::StatusReport>(
      store_, reply, [this, request](const state::View& view, pb::StatusReport* report) -> absl::Status {
        ASSIGN_OR_RETURN(const std::string id, LatestOperation(*indexes_.status_reports, request.application(),
                                                               WorkspaceOf(request), [&](const OperationFacts& facts) {
                                                                 return TargetMatches(request, facts.target);
                                                               }));
        ASSIGN_OR_RETURN(const auto stored, GetOperation<pb::StatusReport>(view, *indexes_.status_reports, id));
        *report = *stored;
        return absl::OkStatus();
      });
}

}  // namespace waypoint::server
