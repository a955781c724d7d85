#include "server/records/deployment_service.h"

#include "ptypes/operation.h"
#include "server/answer.h"
#include "server/records/operations.h"
#include "server/records/preload.h"
#include "server/records/report_of.h"

namespace waypoint::server {

void DeploymentService::Register(Table& table) {
  table.Unary("UpsertDeployment", Needs::kRunner, *this, &DeploymentService::Upsert);
  table.Unary("GetDeployment", Needs::kRunner, *this, &DeploymentService::Get);
  table.Unary("ListDeployments", Needs::kRunner, *this, &DeploymentService::List);
  table.Unary("GetLatestDeployment", Needs::kRunner, *this, &DeploymentService::Latest);
  table.Unary("UI_ListDeployments", Needs::kRunner, *this, &DeploymentService::UiList);
  table.Unary("UI_GetDeployment", Needs::kRunner, *this, &DeploymentService::UiGet);
}

absl::Status DeploymentService::Load(const state::View& view, const std::string& id,
                                     pb::Deployment::LoadDetails details, pb::Deployment* deployment) const {
  ASSIGN_OR_RETURN(const auto stored, GetOperation<pb::Deployment>(view, *indexes_.deployments, id));
  *deployment = *stored;
  return PreloadDeployment(view, indexes_, details, deployment);
}

void DeploymentService::Upsert(const Caller&, const pb::UpsertDeploymentRequest& request,
                               Reply<pb::UpsertDeploymentResponse> reply) {
  if (absl::Status status = ptypes::Check(request); !status.ok()) return reply(status);
  AnswerUpdate(store_, reply, [&](state::Txn& txn, pb::UpsertDeploymentResponse* response) {
    *response->mutable_deployment() = request.deployment();
    RETURN_IF_ERROR(UpsertOperation(txn, *indexes_.deployments, *response->mutable_deployment()));
    response->mutable_deployment()->mutable_preload();
    return absl::OkStatus();
  });
}

void DeploymentService::Get(const Caller&, const pb::GetDeploymentRequest& request, Reply<pb::Deployment> reply) {
  if (absl::Status status = ptypes::CheckGetOperation(request); !status.ok()) return reply(status);
  AnswerRead<pb::Deployment>(
      store_, reply, [this, request](const state::View& view, pb::Deployment* deployment) -> absl::Status {
        ASSIGN_OR_RETURN(const std::string id, ResolveOperation(*indexes_.deployments, request.ref()));
        RETURN_IF_ERROR(Load(view, id, request.load_details(), deployment));
        FillDeployUrl(deployment);
        return absl::OkStatus();
      });
}

void DeploymentService::List(const Caller&, const pb::ListDeploymentsRequest& request,
                             Reply<pb::ListDeploymentsResponse> reply) {
  if (absl::Status status = ptypes::CheckOfApplication(request); !status.ok()) return reply(status);
  AnswerRead<pb::ListDeploymentsResponse>(
      store_, reply, [this, request](const state::View& view, pb::ListDeploymentsResponse* response) {
        return ListOperations(*indexes_.deployments, FilterOf(request), request, response->mutable_deployments(),
                              response, [&](const std::string& id, pb::Deployment* deployment) {
                                RETURN_IF_ERROR(Load(view, id, request.load_details(), deployment));
                                FillDeployUrl(deployment);
                                return absl::OkStatus();
                              });
      });
}

void DeploymentService::Latest(const Caller&, const pb::GetLatestDeploymentRequest& request,
                               Reply<pb::GetDeploymentResponse> reply) {
  if (absl::Status status = ptypes::CheckOfApplication(request); !status.ok()) return reply(status);
  AnswerRead<pb::GetDeploymentResponse>(
      store_, reply, [this, request](const state::View& view, pb::GetDeploymentResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const std::string id,
                         LatestOperation(*indexes_.deployments, request.application(), WorkspaceOf(request)));
        return Load(view, id, request.load_details(), response->mutable_deployment());
      });
}

absl::Status DeploymentService::LoadBundle(const state::View& view, const std::string& id, const OperationFilter* where,
                                           pb::UI::DeploymentBundle* bundle) const {
  RETURN_IF_ERROR(Load(view, id, pb::Deployment::BUILD, bundle->mutable_deployment()));
  pb::Deployment::Preload* preload = bundle->mutable_deployment()->mutable_preload();
  *bundle->mutable_artifact() = std::move(*preload->mutable_artifact());
  *bundle->mutable_build() = std::move(*preload->mutable_build());
  preload->clear_artifact();
  preload->clear_build();
  const pb::Deployment& deployment = bundle->deployment();
  const OperationFilter own = FilterOf(deployment.application(), &deployment.workspace(), {});
  auto report = NewestReportOf(view, *indexes_.status_reports, where == nullptr ? own : *where, DeploymentTarget(id));
  if (report != nullptr) *bundle->mutable_latest_status_report() = *report;
  return absl::OkStatus();
}

void DeploymentService::UiList(const Caller&, const pb::UI::ListDeploymentsRequest& request,
                               Reply<pb::UI::ListDeploymentsResponse> reply) {
  if (absl::Status status = ptypes::CheckOfApplication(request); !status.ok()) return reply(status);
  AnswerRead<pb::UI::ListDeploymentsResponse>(
      store_, reply, [this, request](const state::View& view, pb::UI::ListDeploymentsResponse* response) {
        const OperationFilter filter = FilterOf(request);
        return ListOperations(*indexes_.deployments, filter, request, response->mutable_deployments(), response,
                              [&](const std::string& id, pb::UI::DeploymentBundle* bundle) {
                                return LoadBundle(view, id, &filter, bundle);
                              });
      });
}

void DeploymentService::UiGet(const Caller&, const pb::UI::GetDeploymentRequest& request,
                              Reply<pb::UI::GetDeploymentResponse> reply) {
  if (absl::Status status = ptypes::CheckGetOperation(request); !status.ok()) return reply(status);
  AnswerRead<pb::UI::GetDeploymentResponse>(
      store_, reply, [this, request](const state::View& view, pb::UI::GetDeploymentResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const std::string id, ResolveOperation(*indexes_.deployments, request.ref()));
        RETURN_IF_ERROR(LoadBundle(view, id, nullptr, response->mutable_deployment()));
        FillDeployUrl(response->mutable_deployment()->mutable_deployment());
        return absl::OkStatus();
      });
}

}  // namespace waypoint::server
