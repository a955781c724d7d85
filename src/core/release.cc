#include "core/release.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "core/build.h"
#include "core/deploy.h"
#include "core/destroy.h"
#include "core/record_operation.h"
#include "core/releaser.h"
#include "core/status_report.h"
#include "waypoint/job.pb.h"
#include "waypoint/operation.pb.h"

namespace waypoint::core {
namespace {

constexpr int kDefaultRetain = 2;

class ReleaseOperation : public RecordOperation<pb::Release> {
 public:
  ReleaseOperation(const App& app, const pb::Deployment& target) : RecordOperation(app), target_(target) {}

  absl::string_view name() const override { return "release"; }
  absl::Status Init() override {
    ASSIGN_OR_RETURN(config::EvalVariables variables, Variables());
    ASSIGN_OR_RETURN(sdk::Args::DeploymentConfig entrypoint, FetchDeploymentConfig(app()));
    entrypoint.set_id(target_.id());
    ASSIGN_OR_RETURN(releaser_, OpenReleaser(app(), std::move(variables), entrypoint));
    SetOrigin(releaser_.get() != nullptr ? releaser_.active.info : target_.component());
    record.set_deployment_id(target_.id());
    record.set_state(pb::Operation::CREATED);
    record.set_unimplemented(true);
    return absl::OkStatus();
  }
  absl::Status Do() override {
    if (releaser_.get() == nullptr) return absl::OkStatus();
    ASSIGN_OR_RETURN(plugin::Arguments arguments, app().CommonArguments(releaser_.active.labels));
    arguments.AddAny("target", target_.deployment());
    sdk::Release::Resp response;
    RETURN_IF_ERROR(app().Call(*releaser_.get(), plugin::Function::kRelease, arguments, &response));
    record.set_unimplemented(false);
    record.set_url(response.release().url());
    CopyDeclared(response.declared_resources(), record.mutable_declared_resources());
    produced_.value = response.result();
    produced_.template_data = response.template_data();
    return absl::OkStatus();
  }
  absl::Status Upsert(const client::CallOptions& options) override {
    pb::UpsertReleaseRequest request;
    *request.mutable_release() = record;
    return Store("UpsertRelease", request, options, &pb::UpsertReleaseResponse::mutable_release);
  }
  pb::Status* status() override { return record.mutable_status(); }
  void StoreProduced(const Produced* produced) override {
    if (produced == nullptr || produced->value.type_url().empty()) {
      record.clear_release();
      return;
    }
    *record.mutable_release() = produced->value;
    SetTemplateData(*produced);
  }
  // A platform without releaser has nothing to do with releases: its deploy hooks don't run again.
  const ActiveComponent* component() const override { return releaser_.get() != nullptr ? &releaser_.active : nullptr; }

 private:
  absl::StatusOr<config::EvalVariables> Variables() {
    config::EvalVariables variables;
    pb::PushedArtifact artifact = target_.preload().artifact();
    if (artifact.id().empty()) {
      ASSIGN_OR_RETURN(artifact, FetchArtifact(app(), target_.artifact_id()));
    }
    AddTemplateData("artifact", artifact.template_data(), &variables);
    AddTemplateData("deploy", target_.template_data(), &variables);
    return variables;
  }

  const pb::Deployment& target_;
  Releaser releaser_;
};

absl::StatusOr<pb::Deployment> FindTarget(const App& app, const pb::Job::ReleaseOp& op) {
  if (op.has_deployment()) return op.deployment();
  pb::ListDeploymentsRequest request;
  *request.mutable_application() = app.ref();
  *request.mutable_workspace() = app.workspace_ref();
  request.mutable_order()->set_limit(1);
  request.set_load_details(pb::Deployment::ARTIFACT);
  ASSIGN_OR_RETURN(auto list, app.project().Invoke<pb::ListDeploymentsResponse>("ListDeployments", request));
  if (list.deployments().empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("app \"", app.name(), "\" has no deployment to release, deploy first"));
  }
  return list.deployments(0);
}

// An update in place of what is released already needs no release.
absl::StatusOr<std::optional<pb::Release>> ReleaseOfSameGeneration(const App& app, const pb::Deployment& target) {
  if (target.generation().id().empty()) return std::optional<pb::Release>();
  pb::GetLatestReleaseRequest request;
  *request.mutable_application() = app.ref();
  *request.mutable_workspace() = app.workspace_ref();
  request.set_load_details(pb::Release::DEPLOYMENT);
  auto latest = app.project().Invoke<pb::Release>("GetLatestRelease", request);
  if (absl::IsNotFound(latest.status())) return std::optional<pb::Release>();
  if (!latest.ok()) return latest.status();
  if (latest->preload().deployment().generation().id() != target.generation().id()) return std::optional<pb::Release>();
  return std::optional<pb::Release>(*std::move(latest));
}

// Two `up` of an app may run at the same moment: what the other one is deploying has no complete time yet, and would
// count as the oldest. What nobody works on any more may go.
bool UnderWay(const App& app, const pb::Deployment& deployment) {
  if (deployment.status().state() != pb::Status::RUNNING || deployment.job_id().empty()) return false;
  pb::GetJobRequest request;
  request.set_job_id(deployment.job_id());
  const auto job = app.project().Invoke<pb::Job>("GetJob", request);
  return job.ok() && (job->state() == pb::Job::RUNNING || job->state() == pb::Job::WAITING);
}

struct PruneSet {
  std::vector<pb::Deployment> deployments;
  std::vector<pb::Release> releases;
};

absl::StatusOr<PruneSet> FindPrunable(const App& app, const pb::Job::ReleaseOp& op, const pb::Deployment& target) {
  PruneSet out;
  if (!op.prune()) return out;
  const int retain = op.prune_retain_override() ? op.prune_retain() + 1 : kDefaultRetain;
  pb::ListDeploymentsRequest deployments;
  *deployments.mutable_application() = app.ref();
  *deployments.mutable_workspace() = app.workspace_ref();
  deployments.set_physical_state(pb::Operation::CREATED);
  deployments.mutable_order()->set_order(pb::OperationOrder::COMPLETE_TIME);
  deployments.mutable_order()->set_desc(true);
  ASSIGN_OR_RETURN(auto listed, app.project().Invoke<pb::ListDeploymentsResponse>("ListDeployments", deployments));
  std::set<std::string> ids;
  for (int i = std::max(retain, 0); i < listed.deployments_size(); ++i) {
    const pb::Deployment& candidate = listed.deployments(i);
    if (candidate.id() == target.id() || candidate.generation().id() == target.generation().id() ||
        candidate.component().name() != target.component().name() || UnderWay(app, candidate)) {
      continue;
    }
    ids.insert(candidate.id());
    out.deployments.push_back(candidate);
  }
  pb::ListReleasesRequest releases;
  *releases.mutable_application() = app.ref();
  *releases.mutable_workspace() = app.workspace_ref();
  ASSIGN_OR_RETURN(auto all, app.project().Invoke<pb::ListReleasesResponse>("ListReleases", releases));
  for (const pb::Release& release : all.releases()) {
    if (ids.count(release.deployment_id()) != 0) out.releases.push_back(release);
  }
  return out;
}

absl::Status Prune(const App& app, const PruneSet& set) {
  plugin::Ui ui = app.project().ui();
  if (!set.deployments.empty()) ui.Header("Pruning old deployments...");
  for (const pb::Deployment& deployment : set.deployments) {
    ui.Info("Deployment: ", deployment.id(), " (v", deployment.sequence(), ")");
    RETURN_IF_ERROR(DestroyDeployment(app, deployment));
  }
  if (!set.releases.empty()) ui.Header("Pruning old releases...");
  for (const pb::Release& release : set.releases) {
    ui.Info("Release: ", release.id(), " (v", release.sequence(), ")");
    RETURN_IF_ERROR(DestroyRelease(app, release));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<pb::Job::ReleaseResult> ReleaseAndPrune(const App& app, const pb::Job::ReleaseOp& op) {
  ASSIGN_OR_RETURN(pb::Deployment target, FindTarget(app, op));
  ASSIGN_OR_RETURN(std::optional<pb::Release> release, ReleaseOfSameGeneration(app, target));
  ASSIGN_OR_RETURN(PruneSet prunable, FindPrunable(app, op, target));
  if (!release.has_value()) {
    ReleaseOperation operation(app, target);
    RETURN_IF_ERROR(RunOperation(operation));
    release = std::move(operation.record);
  }
  RETURN_IF_ERROR(Prune(app, prunable));
  RETURN_IF_ERROR(ReportRelease(app, *release).status());
  pb::Job::ReleaseResult result;
  *result.mutable_release() = *std::move(release);
  return result;
}

}  // namespace waypoint::core
