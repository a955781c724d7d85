#include "core/fake_server.h"

#include <algorithm>

#include "google/protobuf/empty.pb.h"

namespace waypoint::core {
namespace {

// Newest first, as every list here is asked for.
template <typename Record, typename List>
void Fill(const std::map<std::string, Record>& records, pb::Operation::PhysicalState state, uint32_t limit, List* out) {
  std::vector<Record> sorted;
  for (const auto& [id, record] : records) {
    if (state == pb::Operation::UNKNOWN || record.state() == state) sorted.push_back(record);
  }
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.sequence() > b.sequence(); });
  if (limit > 0 && sorted.size() > limit) sorted.resize(limit);
  for (Record& record : sorted) *out->Add() = std::move(record);
}

}  // namespace

FakeServer::FakeServer() {
  ServeOperations();
  ServeReads();
  ServeLists();
  ServeRest();
}

void FakeServer::ServeOperations() {
  channel.On<pb::UpsertBuildRequest, pb::UpsertBuildResponse>("UpsertBuild", [this](const auto& request) {
    build_history.push_back(request.build());
    pb::UpsertBuildResponse response;
    *response.mutable_build() = Store(request.build(), "build-", &builds);
    return response;
  });
  channel.On<pb::UpsertPushedArtifactRequest, pb::UpsertPushedArtifactResponse>(
      "UpsertPushedArtifact", [this](const auto& request) {
        pb::UpsertPushedArtifactResponse response;
        *response.mutable_artifact() = Store(request.artifact(), "artifact-", &artifacts);
        return response;
      });
  channel.On<pb::UpsertDeploymentRequest, pb::UpsertDeploymentResponse>(
      "UpsertDeployment", [this](const auto& request) {
        deployment_history.push_back(request.deployment());
        pb::UpsertDeploymentResponse response;
        pb::Deployment deployment = request.deployment();
        // The server gives each deployment without generation one of its own.
        if (deployment.generation().id().empty()) {
          deployment.mutable_generation()->set_id(absl::StrCat("generation-", deployments.size() + 1));
        }
        *response.mutable_deployment() = Store(std::move(deployment), "deployment-", &deployments);
        return response;
      });
  channel.On<pb::UpsertReleaseRequest, pb::UpsertReleaseResponse>("UpsertRelease", [this](const auto& request) {
    release_history.push_back(request.release());
    pb::UpsertReleaseResponse response;
    *response.mutable_release() = Store(request.release(), "release-", &releases);
    return response;
  });
  channel.On<pb::UpsertStatusReportRequest, pb::UpsertStatusReportResponse>(
      "UpsertStatusReport", [this](const auto& request) {
        pb::UpsertStatusReportResponse response;
        *response.mutable_status_report() = Store(request.status_report(), "report-", &reports);
        return response;
      });
}

void FakeServer::ServeReads() {
  channel.On<pb::GetPushedArtifactRequest, pb::PushedArtifact>(
      "GetPushedArtifact", [this](const auto& request) { return Find(request.ref().id(), artifacts); });
  channel.On<pb::GetDeploymentRequest, pb::Deployment>("GetDeployment", [this](const auto& request) {
    absl::StatusOr<pb::Deployment> found = Find(request.ref().id(), deployments);
    if (found.ok() && request.load_details() != pb::Deployment::NONE) {
      *found->mutable_preload()->mutable_artifact() = artifacts[found->artifact_id()];
    }
    return found;
  });
  channel.On<pb::GetLatestReleaseRequest, pb::Release>(
      "GetLatestRelease", [this](const auto&) -> absl::StatusOr<pb::Release> {
        pb::Release latest;
        for (const auto& [id, release] : releases) {
          if (release.sequence() > latest.sequence()) latest = release;
        }
        if (latest.id().empty()) return absl::NotFoundError("no release");
        *latest.mutable_preload()->mutable_deployment() = deployments[latest.deployment_id()];
        return latest;
      });
  channel.On<pb::GetLatestPushedArtifactRequest, pb::PushedArtifact>(
      "GetLatestPushedArtifact", [this](const auto&) -> absl::StatusOr<pb::PushedArtifact> {
        if (artifacts.empty()) return absl::NotFoundError("no artifact");
        return artifacts.rbegin()->second;
      });
  channel.On<pb::GetLatestStatusReportRequest, pb::StatusReport>(
      "GetLatestStatusReport", [this](const auto& request) -> absl::StatusOr<pb::StatusReport> {
        for (auto it = reports.rbegin(); it != reports.rend(); ++it) {
          if (it->second.deployment_id() == request.deployment_id() &&
              it->second.release_id() == request.release_id()) {
            return it->second;
          }
        }
        return absl::NotFoundError("no report");
      });
}

void FakeServer::ServeLists() {
  channel.On<pb::ListDeploymentsRequest, pb::ListDeploymentsResponse>("ListDeployments", [this](const auto& request) {
    pb::ListDeploymentsResponse response;
    Fill(deployments, request.physical_state(), request.order().limit(), response.mutable_deployments());
    return response;
  });
  channel.On<pb::ListReleasesRequest, pb::ListReleasesResponse>("ListReleases", [this](const auto& request) {
    pb::ListReleasesResponse response;
    Fill(releases, request.physical_state(), request.order().limit(), response.mutable_releases());
    return response;
  });
  channel.On<pb::ListInstancesRequest, pb::ListInstancesResponse>("ListInstances", [](const auto&) {
    pb::ListInstancesResponse response;
    response.add_instances();
    return response;
  });
  channel.On<pb::ListHostnamesRequest, pb::ListHostnamesResponse>(
      "ListHostnames", [](const auto&) -> absl::StatusOr<pb::ListHostnamesResponse> {
        return absl::FailedPreconditionError("server doesn't have the URL service enabled");
      });
}

void FakeServer::ServeRest() {
  channel.On<pb::RunnerGetDeploymentConfigRequest, pb::RunnerGetDeploymentConfigResponse>(
      "RunnerGetDeploymentConfig", [](const auto&) {
        pb::RunnerGetDeploymentConfigResponse response;
        response.set_server_addr("server:9701");
        response.set_server_tls(true);
        return response;
      });
  channel.On<pb::InviteTokenRequest, pb::NewTokenResponse>("GenerateInviteToken", [](const auto& request) {
    pb::NewTokenResponse response;
    response.set_token(absl::StrCat("invite for ", request.unused_entrypoint().deployment_id()));
    return response;
  });
  channel.On<pb::ConfigSetRequest, pb::ConfigSetResponse>("SetConfig", [this](const auto& request) {
    config = {request.variables().begin(), request.variables().end()};
    return pb::ConfigSetResponse();
  });
  channel.On<pb::GetProjectRequest, pb::GetProjectResponse>("GetProject", [](const auto& request) {
    pb::GetProjectResponse response;
    response.mutable_project()->set_name(request.project().project());
    return response;
  });
  channel.On<pb::UpsertProjectRequest, pb::UpsertProjectResponse>(
      "UpsertProject", [](const auto&) { return pb::UpsertProjectResponse(); });
  channel.On<pb::UpsertApplicationRequest, pb::UpsertApplicationResponse>(
      "UpsertApplication", [](const auto&) { return pb::UpsertApplicationResponse(); });
  channel.On<pb::UpsertWorkspaceRequest, pb::UpsertWorkspaceResponse>(
      "UpsertWorkspace", [](const auto&) { return pb::UpsertWorkspaceResponse(); });
  channel.On<google::protobuf::Empty, pb::GetServerConfigResponse>(
      "GetServerConfig", [](const auto&) { return pb::GetServerConfigResponse(); });
}

}  // namespace waypoint::core
