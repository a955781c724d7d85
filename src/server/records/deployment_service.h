// Deployments (server-and-state.md 8).
//
// Threads: the loop.
#pragma once

#include "server/handler.h"
#include "server/records/indexes.h"
#include "state/store.h"
#include "waypoint/operation.pb.h"
#include "waypoint/ui.pb.h"

namespace waypoint::server {

struct OperationFilter;

class DeploymentService {
 public:
  DeploymentService(state::Store& store, RecordIndexes indexes) : store_(store), indexes_(indexes) {}
  void Register(Table& table);

  void Upsert(const Caller& caller, const ::hashicorp::waypoint::UpsertDeploymentRequest& request,
              Reply<::hashicorp::waypoint::UpsertDeploymentResponse> reply);
  void Get(const Caller& caller, const ::hashicorp::waypoint::GetDeploymentRequest& request,
           Reply<::hashicorp::waypoint::Deployment> reply);
  void List(const Caller& caller, const ::hashicorp::waypoint::ListDeploymentsRequest& request,
            Reply<::hashicorp::waypoint::ListDeploymentsResponse> reply);
  void Latest(const Caller& caller, const ::hashicorp::waypoint::GetLatestDeploymentRequest& request,
              Reply<::hashicorp::waypoint::GetDeploymentResponse> reply);
  void UiList(const Caller& caller, const ::hashicorp::waypoint::UI::ListDeploymentsRequest& request,
              Reply<::hashicorp::waypoint::UI::ListDeploymentsResponse> reply);
  void UiGet(const Caller& caller, const ::hashicorp::waypoint::UI::GetDeploymentRequest& request,
             Reply<::hashicorp::waypoint::UI::GetDeploymentResponse> reply);

 private:
  absl::Status Load(const state::View& view, const std::string& id,
                    ::hashicorp::waypoint::Deployment::LoadDetails details,
                    ::hashicorp::waypoint::Deployment* deployment) const;
  // `where`: whose reports are looked at; null for the deployment's own application and workspace.
  absl::Status LoadBundle(const state::View& view, const std::string& id, const OperationFilter* where,
                          ::hashicorp::waypoint::UI::DeploymentBundle* bundle) const;

  state::Store& store_;
  const RecordIndexes indexes_;
};

}  // namespace waypoint::server
