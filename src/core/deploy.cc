#include "core/deploy.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "core/build.h"
#include "core/config_sync.h"
#include "core/record_operation.h"
#include "core/status_report.h"
#include "core/uuid5.h"
#include "waypoint/operation.pb.h"
#include "waypoint/runner.pb.h"
#include "waypoint/token.pb.h"

namespace waypoint::core {
namespace {

using config::StageKind;
using plugin::Function;

constexpr char kInviteDuration[] = "87600h";

class DeployOperation : public RecordOperation<pb::Deployment> {
 public:
  DeployOperation(const App& app, const pb::PushedArtifact& artifact) : RecordOperation(app), artifact_(artifact) {}

  absl::string_view name() const override { return "deploy"; }
  absl::Status Init() override {
    ASSIGN_OR_RETURN(entrypoint_, FetchDeploymentConfig(app()));
    ASSIGN_OR_RETURN(auto_hostname_, app().config().AutoHostname());
    RETURN_IF_ERROR(MakePlatform());
    ASSIGN_OR_RETURN(*record.mutable_generation()->mutable_id(), GenerationId());
    SetOrigin(platform_.info);
    record.set_artifact_id(artifact_.id());
    record.set_state(pb::Operation::CREATED);
    record.set_has_entrypoint_config(!entrypoint_.server_addr().empty());
    return absl::OkStatus();
  }
  absl::Status AfterFirstUpsert() override {
    entrypoint_.set_id(record.id());
    entrypoint_.set_sequence(static_cast<uint32_t>(record.sequence()));
    pb::InviteTokenRequest request;
    request.set_duration(kInviteDuration);
    request.mutable_unused_entrypoint()->set_deployment_id(record.id());
    absl::StatusOr<pb::NewTokenResponse> token = project().Invoke<pb::NewTokenResponse>("GenerateInviteToken", request);
    if (!token.ok()) return Annotate(token.status(), "token for the entrypoint");
    entrypoint_.set_entrypoint_invite_token(token->token());
    return absl::OkStatus();
  }
  absl::Status Do() override {
    RETURN_IF_ERROR(MakePlatform());  // once more: its text may use the token and the id
    RETURN_IF_ERROR(SyncAppConfig(app()));
    ASSIGN_OR_RETURN(plugin::Arguments arguments, DeployArguments());
    sdk::Deploy::Resp response;
    RETURN_IF_ERROR(app().Call(*platform_.component, Function::kDeploy, arguments, &response));
    ASSIGN_OR_RETURN(bool exec, platform_.component->Has(plugin::Probe::kExecer));
    ASSIGN_OR_RETURN(bool logs, platform_.component->Has(plugin::Probe::kLogPlatform));
    record.set_has_exec_plugin(exec);
    record.set_has_logs_plugin(logs);
    CopyDeclared(response.declared_resources(), record.mutable_declared_resources());
    url_ = response.deployment().url();
    produced_.value = response.result();
    produced_.json = response.result_json();
    produced_.template_data = response.template_data();
    return absl::OkStatus();
  }
  absl::Status Upsert(const client::CallOptions& options) override {
    pb::UpsertDeploymentRequest request;
    *request.mutable_deployment() = record;
    if (auto_hostname_.has_value()) {
      request.set_auto_hostname(*auto_hostname_ ? pb::UpsertDeploymentRequest::TRUE
                                                : pb::UpsertDeploymentRequest::FALSE);
    }
    return Store("UpsertDeployment", request, options, &pb::UpsertDeploymentResponse::mutable_deployment);
  }
  pb::Status* status() override { return record.mutable_status(); }
  void StoreProduced(const Produced* produced) override {
    if (produced == nullptr) {
      record.clear_deployment();
      return;
    }
    record.set_url(url_);
    *record.mutable_deployment() = produced->value;
    record.set_deployment_json(produced->json);
    SetTemplateData(*produced);
  }
  const ActiveComponent* component() const override { return &platform_; }

 private:
  absl::Status MakePlatform() {
    config::EvalVariables variables;
    AddTemplateData("artifact", artifact_.template_data(), &variables);
    variables["entrypoint"] = config::EntrypointVariable(EntrypointEnvironment(entrypoint_));
    platform_.component.reset();  // the old one closes before the new one starts
    ASSIGN_OR_RETURN(platform_, app().MakeComponent(StageKind::kDeploy, variables));
    return absl::OkStatus();
  }
  absl::StatusOr<plugin::Arguments> DeployArguments() {
    ASSIGN_OR_RETURN(plugin::Arguments arguments, app().CommonArguments(platform_.labels));
    arguments.AddAny("artifact", artifact_.artifact().artifact());
    arguments.Add("", entrypoint_);
    return arguments;
  }
  // Platforms that update in place give each place the same id; others get one from the server.
  absl::StatusOr<std::string> GenerationId() {
    ASSIGN_OR_RETURN(bool has, platform_.component->Has(plugin::Probe::kGeneration));
    if (!has) return std::string();
    ASSIGN_OR_RETURN(plugin::Arguments arguments, DeployArguments());
    sdk::Generation::Resp response;
    RETURN_IF_ERROR(app().Call(*platform_.component, Function::kGeneration, arguments, &response));
    return response.id().empty() ? std::string() : Uuid5Dns(response.id());
  }

  const pb::PushedArtifact& artifact_;
  sdk::Args::DeploymentConfig entrypoint_;
  std::optional<bool> auto_hostname_;
  ActiveComponent platform_;
  std::string url_;
};

}  // namespace

void CopyDeclared(const sdk::DeclaredResources& from, google::protobuf::RepeatedPtrField<pb::DeclaredResource>* to) {
  to->Clear();
  for (const auto& resource : from.resources()) {
    auto* out = to->Add();
    out->set_name(resource.name());
    out->set_platform(resource.platform());
    *out->mutable_state() = resource.state();
    out->set_state_json(resource.state_json());
    out->set_category_display_hint(static_cast<pb::ResourceCategoryDisplayHint>(resource.category_display_hint()));
    out->set_type(resource.type());
  }
}

absl::StatusOr<sdk::Args::DeploymentConfig> FetchDeploymentConfig(const App& app) {
  ASSIGN_OR_RETURN(auto response, app.project().Invoke<pb::RunnerGetDeploymentConfigResponse>(
                                      "RunnerGetDeploymentConfig", pb::RunnerGetDeploymentConfigRequest()));
  sdk::Args::DeploymentConfig config;
  config.set_server_addr(response.server_addr());
  config.set_server_tls(response.server_tls());
  config.set_server_tls_skip_verify(response.server_tls_skip_verify());
  return config;
}

config::Labels EntrypointEnvironment(const sdk::Args::DeploymentConfig& config) {
  config::Labels env = {{"WAYPOINT_DEPLOYMENT_ID", config.id()}};
  if (config.server_addr().empty()) {
    env["WAYPOINT_SERVER_DISABLE"] = "1";
    return env;
  }
  env["WAYPOINT_SERVER_ADDR"] = config.server_addr();
  if (config.server_tls()) env["WAYPOINT_SERVER_TLS"] = "1";
  if (config.server_tls_skip_verify()) env["WAYPOINT_SERVER_TLS_SKIP_VERIFY"] = "1";
  if (!config.entrypoint_invite_token().empty()) env["WAYPOINT_CEB_INVITE_TOKEN"] = config.entrypoint_invite_token();
  return env;
}

absl::StatusOr<pb::PushedArtifact> FetchArtifact(const App& app, const std::string& id) {
  pb::GetPushedArtifactRequest request;
  request.mutable_ref()->set_id(id);
  return app.project().Invoke<pb::PushedArtifact>("GetPushedArtifact", request);
}

absl::StatusOr<pb::Deployment> FetchDeployment(const App& app, const std::string& id,
                                               pb::Deployment::LoadDetails details) {
  pb::GetDeploymentRequest request;
  request.mutable_ref()->set_id(id);
  request.set_load_details(details);
  return app.project().Invoke<pb::Deployment>("GetDeployment", request);
}

absl::StatusOr<pb::Deployment> Deploy(const App& app, const pb::PushedArtifact& artifact) {
  DeployOperation operation(app, artifact);
  RETURN_IF_ERROR(RunOperation(operation));
  return FetchDeployment(app, operation.record.id(), pb::Deployment::NONE);
}

absl::StatusOr<pb::Job::DeployResult> DeployAndReport(const App& app, const pb::Job::DeployOp& op) {
  pb::PushedArtifact artifact = op.artifact();
  if (!op.has_artifact()) {
    pb::GetLatestPushedArtifactRequest request;
    *request.mutable_application() = app.ref();
    *request.mutable_workspace() = app.workspace_ref();
    absl::StatusOr<pb::PushedArtifact> latest =
        app.project().Invoke<pb::PushedArtifact>("GetLatestPushedArtifact", request);
    if (!latest.ok())
      return Annotate(latest.status(), "app \"", app.name(), "\" has no artifact to deploy, build first");
    artifact = *std::move(latest);
  }
  pb::Job::DeployResult result;
  ASSIGN_OR_RETURN(*result.mutable_deployment(), Deploy(app, artifact));
  RETURN_IF_ERROR(ReportDeployment(app, result.deployment()).status());
  return result;
}

}  // namespace waypoint::core
