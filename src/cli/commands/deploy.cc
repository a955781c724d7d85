// waypoint deploy = deployment deploy.
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/prune_flags.h"
#include "cli/results.h"
#include "cli/session.h"
#include "waypoint/config.pb.h"
#include "waypoint/server.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

class Deploy : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.Bool(&release_, {.name = "release", .usage = "Release this deployment immediately."});
    AddPruneFlags(flags, prune_);
  }

  int Run(Session& session) override {
    if (!session.args().empty()) {
      const std::string& word = session.args()[0];
      const bool known = word == "list" || word == "destroy";
      return session.Usage(absl::StrCat(
          "deploy takes no arguments.",
          known ? absl::StrCat(" Did you mean \"waypoint deployment ", word, "\"?") : " Which app is said with -app."));
    }
    return session.ForEachApp([&](const std::string& app) { return RunApp(session, app); });
  }

 private:
  absl::Status RunApp(Session& session, const std::string& app) {
    client::Operations& operations = session.operations();
    pb::GetLatestPushedArtifactRequest request;
    *request.mutable_application() = operations.Application(app);
    *request.mutable_workspace() = operations.Workspace();
    auto artifact = session.Invoke<pb::PushedArtifact>("GetLatestPushedArtifact", request);
    if (absl::IsNotFound(artifact.status())) {
      return absl::NotFoundError(absl::StrCat("the app \"", app, "\" has no artifact in the workspace \"",
                                              session.workspace(), "\" yet. Run \"waypoint build\" first."));
    }
    RETURN_IF_ERROR(artifact.status());
    session.ui().Header(absl::StrCat("Deploying ", app, "..."));
    ASSIGN_OR_RETURN(pb::Deployment deployment, operations.Deploy(app, *artifact));
    const std::string deploy_job = operations.last_job_id();
    Urls urls{
        .release = "",
        .app = Hostname(session, app),
        .deploy = deployment.preload().deploy_url().empty() ? deployment.url() : deployment.preload().deploy_url(),
        .in_place = IsInPlace(deployment)};
    if (release_) RETURN_IF_ERROR(Release(session, app, deployment, urls));
    RETURN_IF_ERROR(ShowVariables(session, deploy_job));
    ShowUrls(session, urls);
    return absl::OkStatus();
  }

  absl::Status Release(Session& session, const std::string& app, const pb::Deployment& deployment, Urls& urls) {
    session.ui().Header(absl::StrCat("Releasing ", app, "..."));
    ASSIGN_OR_RETURN(pb::Release release, session.operations().Release(app, deployment, prune_));
    urls.release = release.url();
    if (release.unimplemented()) return absl::OkStatus();
    return session.operations().ReportStatus(app, release);
  }

  // Best effort: without the URL service there is none.
  std::string Hostname(Session& session, const std::string& app) {
    pb::ListHostnamesRequest request;
    pb::Hostname::TargetApp& target = *request.mutable_target()->mutable_application();
    *target.mutable_application() = session.operations().Application(app);
    *target.mutable_workspace() = session.operations().Workspace();
    auto list = session.Invoke<pb::ListHostnamesResponse>("ListHostnames", request);
    return list.ok() && list->hostnames_size() > 0 ? list->hostnames(0).fqdn() : "";
  }

  bool release_ = true;
  client::PruneOptions prune_;
};

CommandInfo Info(const char* words) {
  return {.words = words,
          .arguments = "",
          .synopsis = "Deploy a pushed artifact",
          .help = "Deploys the newest artifact of every app of the project, or of the one of -app, and releases it.",
          .needs = kManyApps,
          .make = Make<Deploy>};
}

}  // namespace

std::vector<CommandInfo> DeployCommands() { return {Info("deploy"), Info("deployment deploy")}; }

}  // namespace waypoint::cli
