#include "core/destroy.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/status.h"
#include "core/build.h"
#include "core/deploy.h"
#include "core/record_operation.h"
#include "core/releaser.h"
#include "waypoint/operation.pb.h"

namespace waypoint::core {
namespace {

using plugin::Function;
using plugin::Probe;

void CopyDestroyed(const sdk::DestroyedResources& from, google::protobuf::RepeatedPtrField<pb::DestroyedResource>* to) {
  to->Clear();
  for (const auto& resource : from.destroyed_resources()) {
    auto* out = to->Add();
    out->set_name(resource.name());
    out->set_type(resource.type());
    out->set_platform(resource.platform());
    *out->mutable_state() = resource.state();
    out->set_state_json(resource.state_json());
  }
}

// Tells what is still there, and only then what is gone.
template <typename Record>
void ShowLeftovers(const Record& record, plugin::Ui ui) {
  if (record.declared_resources().empty()) return;
  ui.Warning("These resources were not destroyed:");
  for (const auto& resource : record.declared_resources()) ui.Line("- ", resource.type(), ": ", resource.name());
  if (record.destroyed_resources().empty()) return;
  ui.Line("These resources were destroyed:");
  for (const auto& resource : record.destroyed_resources()) ui.Line("- ", resource.type(), ": ", resource.name());
}

absl::Status CallDestroy(const App& app, plugin::Component* component, const config::Labels& labels,
                         const std::string& name, const opaqueany::Any& value, sdk::Destroy::Resp* response) {
  if (component == nullptr || value.type_url().empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(bool has, component->Has(Probe::kDestroyer));
  if (!has) return absl::OkStatus();
  ASSIGN_OR_RETURN(plugin::Arguments arguments, app.CommonArguments(labels));
  arguments.AddAny(name, value);
  return app.Call(*component, Function::kDestroy, arguments, response);
}

absl::Status CallDestroyWorkspace(const App& app, plugin::Component* component, const config::Labels& labels,
                                  const std::string& name, const opaqueany::Any& value) {
  if (component == nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(bool has, component->Has(Probe::kWorkspaceDestroyer));
  if (!has) return absl::OkStatus();
  ASSIGN_OR_RETURN(plugin::Arguments arguments, app.CommonArguments(labels));
  arguments.AddAny(name, value);
  google::protobuf::Empty response;
  return app.Call(*component, Function::kDestroyWorkspace, arguments, &response);
}

// `artifact_of`: the deployment whose artifact the stage's text speaks of.
absl::StatusOr<config::EvalVariables> DeployVariables(const App& app, const pb::Deployment& artifact_of) {
  config::EvalVariables variables;
  pb::PushedArtifact artifact = artifact_of.preload().artifact();
  if (artifact.id().empty()) {
    absl::StatusOr<pb::PushedArtifact> fetched = FetchArtifact(app, artifact_of.artifact_id());
    if (!fetched.ok() && !absl::IsNotFound(fetched.status())) return fetched.status();
    if (fetched.ok()) artifact = *std::move(fetched);
  }
  AddTemplateData("artifact", artifact.template_data(), &variables);
  ASSIGN_OR_RETURN(sdk::Args::DeploymentConfig entrypoint, FetchDeploymentConfig(app));
  entrypoint.set_id(artifact_of.id());
  variables["entrypoint"] = config::EntrypointVariable(EntrypointEnvironment(entrypoint));
  return variables;
}

absl::StatusOr<ActiveComponent> OpenPlatform(const App& app, const pb::Deployment& artifact_of) {
  ASSIGN_OR_RETURN(config::EvalVariables variables, DeployVariables(app, artifact_of));
  absl::StatusOr<ActiveComponent> platform = app.MakeComponent(config::StageKind::kDeploy, variables);
  if (absl::IsUnimplemented(platform.status())) return ActiveComponent();
  return platform;
}

absl::StatusOr<Releaser> OpenReleaserOf(const App& app, const pb::Release& release) {
  config::EvalVariables variables;
  absl::StatusOr<pb::Deployment> deployment = FetchDeployment(app, release.deployment_id(), pb::Deployment::ARTIFACT);
  if (!deployment.ok() && !absl::IsNotFound(deployment.status())) return deployment.status();
  if (deployment.ok()) {
    AddTemplateData("artifact", deployment->preload().artifact().template_data(), &variables);
    AddTemplateData("deploy", deployment->template_data(), &variables);
  }
  ASSIGN_OR_RETURN(sdk::Args::DeploymentConfig entrypoint, FetchDeploymentConfig(app));
  entrypoint.set_id(release.deployment_id());
  return OpenReleaser(app, std::move(variables), entrypoint);
}

class DestroyDeploymentOperation : public RecordOperation<pb::Deployment> {
 public:
  DestroyDeploymentOperation(const App& app, pb::Deployment deployment, const pb::Deployment& artifact_of)
      : RecordOperation(app, std::move(deployment)), artifact_of_(artifact_of) {}

  absl::string_view name() const override { return "deployment destroy"; }
  absl::Status Init() override {
    ASSIGN_OR_RETURN(platform_, OpenPlatform(app(), artifact_of_));
    platform_.hooks.clear();
    record.set_state(pb::Operation::DESTROYED);
    return absl::OkStatus();
  }
  absl::Status Do() override {
    sdk::Destroy::Resp response;
    RETURN_IF_ERROR(
        CallDestroy(app(), platform_.component.get(), platform_.labels, "deployment", record.deployment(), &response));
    CopyDeclared(response.declared_resources(), record.mutable_declared_resources());
    CopyDestroyed(response.destroyed_resources(), record.mutable_destroyed_resources());
    ShowLeftovers(record, project().ui());
    return absl::OkStatus();
  }
  absl::Status Upsert(const client::CallOptions& options) override {
    pb::UpsertDeploymentRequest request;
    *request.mutable_deployment() = record;
    return Store("UpsertDeployment", request, options, &pb::UpsertDeploymentResponse::mutable_deployment);
  }
  const ActiveComponent* component() const override { return &platform_; }

 private:
  const pb::Deployment& artifact_of_;
  ActiveComponent platform_;
};

class DestroyReleaseOperation : public RecordOperation<pb::Release> {
 public:
  DestroyReleaseOperation(const App& app, pb::Release release) : RecordOperation(app, std::move(release)) {}

  absl::string_view name() const override { return "release destroy"; }
  absl::Status Init() override {
    ASSIGN_OR_RETURN(releaser_, OpenReleaserOf(app(), record));
    releaser_.active.hooks.clear();
    record.set_state(pb::Operation::DESTROYED);
    return absl::OkStatus();
  }
  absl::Status Do() override {
    sdk::Destroy::Resp response;
    RETURN_IF_ERROR(
        CallDestroy(app(), releaser_.get(), releaser_.active.labels, "release", record.release(), &response));
    CopyDeclared(response.declared_resources(), record.mutable_declared_resources());
    CopyDestroyed(response.destroyed_resources(), record.mutable_destroyed_resources());
    ShowLeftovers(record, project().ui());
    return absl::OkStatus();
  }
  absl::Status Upsert(const client::CallOptions& options) override {
    pb::UpsertReleaseRequest request;
    *request.mutable_release() = record;
    return Store("UpsertRelease", request, options, &pb::UpsertReleaseResponse::mutable_release);
  }
  const ActiveComponent* component() const override { return &releaser_.active; }

 private:
  Releaser releaser_;
};

template <typename Request>
Request ListOf(const App& app, pb::Operation::PhysicalState state) {
  Request request;
  *request.mutable_application() = app.ref();
  *request.mutable_workspace() = app.workspace_ref();
  request.set_physical_state(state);
  return request;
}

// Any one of those gone, to ask its component about the rest of the workspace.
void OnlyOne(pb::OperationOrder* order) {
  order->set_order(pb::OperationOrder::COMPLETE_TIME);
  order->set_limit(1);
}

// What can't be listed counts as absent, so that a destroy never gets stuck on it.
std::vector<pb::Release> Releases(const App& app, const pb::ListReleasesRequest& request) {
  auto list = app.project().Invoke<pb::ListReleasesResponse>("ListReleases", request);
  if (!list.ok()) {
    WAYPOINT_LOG(kWarn, "core", "releases can't be listed", {"error", list.status().ToString()});
    return {};
  }
  return {list->releases().begin(), list->releases().end()};
}

std::vector<pb::Deployment> Deployments(const App& app, const pb::ListDeploymentsRequest& request) {
  auto list = app.project().Invoke<pb::ListDeploymentsResponse>("ListDeployments", request);
  if (!list.ok()) {
    WAYPOINT_LOG(kWarn, "core", "deployments can't be listed", {"error", list.status().ToString()});
    return {};
  }
  return {list->deployments().begin(), list->deployments().end()};
}

absl::Status DestroyOne(const App& app, const pb::Deployment& deployment, const pb::Deployment& artifact_of) {
  if (deployment.state() == pb::Operation::DESTROYED) return absl::OkStatus();
  DestroyDeploymentOperation operation(app, deployment, artifact_of);
  return RunOperation(operation);
}

absl::Status DestroyReleaseLeftovers(const App& app) {
  auto request = ListOf<pb::ListReleasesRequest>(app, pb::Operation::DESTROYED);
  OnlyOne(request.mutable_order());
  std::vector<pb::Release> any = Releases(app, request);
  if (any.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(Releaser releaser, OpenReleaserOf(app, any[0]));
  return CallDestroyWorkspace(app, releaser.get(), releaser.active.labels, "release", any[0].release());
}

absl::Status DestroyDeploymentLeftovers(const App& app) {
  auto request = ListOf<pb::ListDeploymentsRequest>(app, pb::Operation::DESTROYED);
  OnlyOne(request.mutable_order());
  std::vector<pb::Deployment> any = Deployments(app, request);
  if (any.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(ActiveComponent platform, OpenPlatform(app, any[0]));
  return CallDestroyWorkspace(app, platform.component.get(), platform.labels, "deployment", any[0].deployment());
}

}  // namespace

absl::Status DestroyDeployment(const App& app, const pb::Deployment& deployment) {
  return DestroyOne(app, deployment, deployment);
}

absl::Status DestroyRelease(const App& app, const pb::Release& release) {
  if (release.state() == pb::Operation::DESTROYED) return absl::OkStatus();
  DestroyReleaseOperation operation(app, release);
  return RunOperation(operation);
}

absl::Status DestroyWorkspace(const App& app) {
  plugin::Ui ui = app.project().ui();
  std::vector<pb::Release> releases = Releases(app, ListOf<pb::ListReleasesRequest>(app, pb::Operation::CREATED));
  if (!releases.empty()) ui.Header("Destroying releases for application '", app.name(), "'...");
  for (const pb::Release& release : releases) RETURN_IF_ERROR(DestroyRelease(app, release));
  auto request = ListOf<pb::ListDeploymentsRequest>(app, pb::Operation::CREATED);
  request.mutable_order()->set_order(pb::OperationOrder::COMPLETE_TIME);
  request.mutable_order()->set_desc(true);
  std::vector<pb::Deployment> deployments = Deployments(app, request);
  if (!deployments.empty()) ui.Header("Destroying deployments for application '", app.name(), "'...");
  for (const pb::Deployment& deployment : deployments) {
    RETURN_IF_ERROR(DestroyOne(app, deployment, deployments.front()));
  }
  RETURN_IF_ERROR(DestroyReleaseLeftovers(app));
  return DestroyDeploymentLeftovers(app);
}

absl::Status Destroy(const App& app, const pb::Job::DestroyOp& op) {
  if (op.has_deployment()) return DestroyDeployment(app, op.deployment());
  return DestroyWorkspace(app);
}

}  // namespace waypoint::core
