// waypoint up: build, deploy and release each app in one job.
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/prune_flags.h"
#include "cli/results.h"
#include "cli/session.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

class Up : public Command {
 public:
  void Flags(FlagSet& flags) override { AddPruneFlags(flags, prune_); }

  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("up takes no arguments");
    return session.ForEachApp([&](const std::string& app) { return RunApp(session, app); });
  }

 private:
  absl::Status RunApp(Session& session, const std::string& app) {
    client::Operations& operations = session.operations();
    ASSIGN_OR_RETURN(pb::Job::UpResult result, operations.Up(app, prune_));
    RETURN_IF_ERROR(ShowVariables(session, operations.last_job_id()));
    ShowUrls(session, {.release = result.release_url(),
                       .app = result.app_url(),
                       .deploy = result.deploy_url(),
                       .in_place = LatestIsInPlace(session, app)});
    return absl::OkStatus();
  }

  // Only the wording depends on it, so a failing look-up means no.
  bool LatestIsInPlace(Session& session, const std::string& app) {
    pb::GetLatestDeploymentRequest request;
    *request.mutable_application() = session.operations().Application(app);
    *request.mutable_workspace() = session.operations().Workspace();
    auto latest = session.Invoke<pb::GetDeploymentResponse>("GetLatestDeployment", request);
    return latest.ok() && IsInPlace(latest->deployment());
  }

  client::PruneOptions prune_;
};

}  // namespace

CommandInfo UpCommand() {
  return {.words = "up",
          .arguments = "",
          .synopsis = "Perform the build, deploy, and release steps",
          .help = "Builds, deploys and releases every app of the project, or the one of -app.",
          .needs = kManyApps,
          .make = Make<Up>};
}

}  // namespace waypoint::cli
