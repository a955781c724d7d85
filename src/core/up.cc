#include "core/up.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "core/build.h"
#include "core/deploy.h"
#include "core/release.h"
#include "core/status_report.h"
#include "waypoint/server.pb.h"

namespace waypoint::core {
namespace {

// Only with a URL service; any error means none.
std::string AppUrl(const App& app) {
  pb::ListHostnamesRequest request;
  auto* target = request.mutable_target()->mutable_application();
  *target->mutable_application() = app.ref();
  *target->mutable_workspace() = app.workspace_ref();
  auto list = app.project().Invoke<pb::ListHostnamesResponse>("ListHostnames", request);
  if (!list.ok() || list->hostnames().empty()) return "";
  return absl::StrCat("https://", list->hostnames(0).fqdn());
}

void Keep(std::optional<pb::StatusReport> report, pb::Job::Result* result) {
  if (report.has_value()) *result->mutable_status_report()->mutable_status_report() = *std::move(report);
}

absl::Status BuildAndDeploy(const App& app, pb::Job::Result* result) {
  plugin::Ui ui = app.project().ui();
  ui.Header("Building ", app.name(), "...");
  ASSIGN_OR_RETURN(*result->mutable_build(), BuildAndPush(app, pb::Job::BuildOp()));
  ui.Header("Deploying ", app.name(), "...");
  pb::Job::DeployOp deploy;
  *deploy.mutable_artifact() = result->build().push();
  ASSIGN_OR_RETURN(*result->mutable_deploy(), DeployAndReport(app, deploy));
  return absl::OkStatus();
}

absl::Status Release(const App& app, pb::Job::ReleaseOp op, pb::Job::Result* result) {
  plugin::Ui ui = app.project().ui();
  *op.mutable_deployment() = result->deploy().deployment();
  ui.Header("Releasing ", app.name(), "...");
  ASSIGN_OR_RETURN(*result->mutable_release(), ReleaseAndPrune(app, op));
  const pb::Release& release = result->release().release();
  if (release.unimplemented()) ui.Line("No release phase specified, skipping...");
  if (!release.has_release()) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::optional<pb::StatusReport> report, ReportRelease(app, release));
  Keep(std::move(report), result);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<pb::Job::Result> Up(const App& app, const pb::Job::UpOp& op) {
  pb::Job::Result result;
  RETURN_IF_ERROR(BuildAndDeploy(app, &result));
  ASSIGN_OR_RETURN(std::optional<pb::StatusReport> report, ReportDeployment(app, result.deploy().deployment()));
  Keep(std::move(report), &result);
  pb::Job::ReleaseOp release = op.release();
  if (!op.has_release()) release.set_prune(true);
  RETURN_IF_ERROR(Release(app, std::move(release), &result));

  const std::string& deploy_url = result.deploy().deployment().preload().deploy_url();
  pb::Job::UpResult& up = *result.mutable_up();
  up.set_release_url(result.release().release().url());
  up.set_app_url(AppUrl(app));
  if (!deploy_url.empty()) up.set_deploy_url(absl::StrCat("https://", deploy_url));
  return result;
}

}  // namespace waypoint::core
