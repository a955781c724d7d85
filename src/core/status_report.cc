#include "core/status_report.h"

#include <utility>

#include "base/log.h"
#include "base/status.h"
#include "core/build.h"
#include "core/deploy.h"
#include "core/operation.h"
#include "plugin/any.h"
#include "waypoint/operation.pb.h"

namespace waypoint::core {
namespace {

using config::StageKind;

struct Target {
  std::string deployment_id, release_id;  // one of them
  opaqueany::Any value;
};

void SetTarget(const Target& target, pb::StatusReport* report) {
  if (!target.deployment_id.empty()) {
    report->set_deployment_id(target.deployment_id);
  } else {
    report->set_release_id(target.release_id);
  }
}

void CopyResources(const sdk::StatusReport& from, pb::StatusReport* to) {
  for (const auto& resource : from.resources()) {
    auto* out = to->add_resources();
    out->set_id(resource.id());
    if (resource.has_declared_resource()) {
      out->mutable_declared_resource()->set_name(resource.declared_resource().name());
    }
    out->set_parent_resource_id(resource.parent_resource_id());
    out->set_name(resource.name());
    out->set_platform(resource.platform());
    out->set_type(resource.type());
    out->set_platform_url(resource.platform_url());
    out->set_category_display_hint(static_cast<pb::ResourceCategoryDisplayHint>(resource.category_display_hint()));
    if (resource.has_created_time()) *out->mutable_created_time() = resource.created_time();
    out->set_state_json(resource.state_json());
    out->set_health_message(resource.health_message());
    out->set_health(static_cast<pb::StatusReport::Resource::Health>(resource.health()));
  }
}

class StatusOperation : public Operation {
 public:
  StatusOperation(const App& app, ActiveComponent component, Target target, sdk::StatusReport last)
      : Operation(app), component_(std::move(component)), target_(std::move(target)), last_(std::move(last)) {
    component_.hooks.clear();  // those of deploy and release are not for status
  }

  absl::string_view name() const override { return "status report"; }
  absl::Status Init() override {
    *record.mutable_application() = app().ref();
    *record.mutable_workspace() = app().workspace_ref();
    record.mutable_health()->set_health_status("UNKNOWN");
    record.mutable_health()->set_health_message("Unknown health status");
    return absl::OkStatus();
  }
  absl::Status Do() override {
    ASSIGN_OR_RETURN(plugin::Arguments arguments, app().CommonArguments(component_.labels));
    arguments.AddAny("target", target_.value).Add("last_report", last_);
    sdk::StatusReport report;
    RETURN_IF_ERROR(app().Call(*component_.component, plugin::Function::kStatus, arguments, &report));
    produced_.value = plugin::PackAny(report);
    record.mutable_health()->set_health_status(sdk::StatusReport::Health_Name(report.health()));
    record.mutable_health()->set_health_message(report.health_message());
    CopyResources(report, &record);
    SetTarget(target_, &record);
    if (report.has_generated_time()) *record.mutable_generated_time() = report.generated_time();
    record.set_external(report.external());
    return absl::OkStatus();
  }
  absl::Status Upsert(const client::CallOptions& options) override {
    pb::UpsertStatusReportRequest request;
    *request.mutable_status_report() = record;
    ASSIGN_OR_RETURN(auto response, client::Invoke<pb::UpsertStatusReportResponse>(
                                        *project().environment().channel, "UpsertStatusReport", request, options));
    record = std::move(*response.mutable_status_report());
    return absl::OkStatus();
  }
  pb::Status* status() override { return record.mutable_status(); }
  void StoreProduced(const Produced* produced) override {
    if (produced == nullptr) {
      record.clear_status_report();
    } else {
      *record.mutable_status_report() = produced->value;
    }
  }
  const ActiveComponent* component() const override { return &component_; }

  pb::StatusReport record;

 private:
  ActiveComponent component_;
  const Target target_;
  const sdk::StatusReport last_;
};

absl::StatusOr<sdk::StatusReport> LastReport(const App& app, const Target& target) {
  pb::GetLatestStatusReportRequest request;
  *request.mutable_application() = app.ref();
  *request.mutable_workspace() = app.workspace_ref();
  if (!target.deployment_id.empty()) {
    request.set_deployment_id(target.deployment_id);
  } else {
    request.set_release_id(target.release_id);
  }
  auto last = app.project().Invoke<pb::StatusReport>("GetLatestStatusReport", request);
  sdk::StatusReport report;
  if (absl::IsNotFound(last.status())) return report;
  if (!last.ok()) return last.status();
  if (last->has_status_report()) (void)plugin::UnpackAny(last->status_report(), &report);
  return report;
}

absl::StatusOr<std::optional<pb::StatusReport>> Report(const App& app, StageKind stage,
                                                       const config::EvalVariables& variables, Target target) {
  ASSIGN_OR_RETURN(sdk::StatusReport last, LastReport(app, target));
  absl::StatusOr<ActiveComponent> component = app.MakeComponent(stage, variables);
  if (absl::IsUnimplemented(component.status())) return std::optional<pb::StatusReport>(pb::StatusReport());
  if (!component.ok()) return component.status();
  ASSIGN_OR_RETURN(bool has, component->component->Has(plugin::Probe::kStatus));
  if (!has) return std::optional<pb::StatusReport>();
  StatusOperation operation(app, *std::move(component), std::move(target), std::move(last));
  RETURN_IF_ERROR(RunOperation(operation));
  return std::optional<pb::StatusReport>(std::move(operation.record));
}

// Only a figure beside the report: failures are no reason to fail the job.
void CountInstances(const App& app, pb::StatusReport* report) {
  pb::ListInstancesRequest request;
  request.set_deployment_id(report->deployment_id());
  auto instances = app.project().Invoke<pb::ListInstancesResponse>("ListInstances", request);
  absl::Status status = instances.status();
  if (instances.ok()) {
    report->set_instances_count(static_cast<uint32_t>(instances->instances_size()));
    pb::UpsertStatusReportRequest upsert;
    *upsert.mutable_status_report() = *report;
    status = app.project().Invoke<pb::UpsertStatusReportResponse>("UpsertStatusReport", upsert).status();
  }
  if (!status.ok()) WAYPOINT_LOG(kWarn, "core", "instances were not counted", {"error", status.ToString()});
}

}  // namespace

absl::StatusOr<std::optional<pb::StatusReport>> ReportDeployment(const App& app, const pb::Deployment& deployment) {
  config::EvalVariables variables;
  absl::StatusOr<pb::PushedArtifact> artifact = FetchArtifact(app, deployment.artifact_id());
  if (!artifact.ok()) return Annotate(artifact.status(), "artifact of the deployment");
  AddTemplateData("artifact", artifact->template_data(), &variables);
  ASSIGN_OR_RETURN(sdk::Args::DeploymentConfig entrypoint, FetchDeploymentConfig(app));
  entrypoint.set_id(deployment.id());
  variables["entrypoint"] = config::EntrypointVariable(EntrypointEnvironment(entrypoint));
  ASSIGN_OR_RETURN(std::optional<pb::StatusReport> report,
                   Report(app, StageKind::kDeploy, variables,
                          {.deployment_id = deployment.id(), .release_id = "", .value = deployment.deployment()}));
  if (report.has_value() && !report->id().empty()) CountInstances(app, &*report);
  return report;
}

absl::StatusOr<std::optional<pb::StatusReport>> ReportRelease(const App& app, const pb::Release& release) {
  config::EvalVariables variables;
  absl::StatusOr<pb::Deployment> deployment = FetchDeployment(app, release.deployment_id(), pb::Deployment::ARTIFACT);
  if (!deployment.ok() && !absl::IsNotFound(deployment.status())) return deployment.status();
  if (deployment.ok()) {
    AddTemplateData("artifact", deployment->preload().artifact().template_data(), &variables);
    AddTemplateData("deploy", deployment->template_data(), &variables);
  }
  ASSIGN_OR_RETURN(sdk::Args::DeploymentConfig entrypoint, FetchDeploymentConfig(app));
  entrypoint.set_id(release.deployment_id());
  variables["entrypoint"] = config::EntrypointVariable(EntrypointEnvironment(entrypoint));
  return Report(app, StageKind::kRelease, variables,
                {.deployment_id = "", .release_id = release.id(), .value = release.release()});
}

absl::StatusOr<pb::Job::StatusReportResult> ReportStatus(const App& app, const pb::Job::StatusReportOp& op) {
  std::optional<pb::StatusReport> report;
  if (op.has_deployment()) {
    ASSIGN_OR_RETURN(report, ReportDeployment(app, op.deployment()));
  } else if (op.has_release()) {
    ASSIGN_OR_RETURN(report, ReportRelease(app, op.release()));
  } else {
    return absl::FailedPreconditionError("a status report needs a deployment or a release to report on");
  }
  pb::Job::StatusReportResult result;
  if (report.has_value()) *result.mutable_status_report() = *std::move(report);
  return result;
}

}  // namespace waypoint::core
