// waypoint deployment destroy
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/session.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

class DeploymentDestroy : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.Bool(&all_, {.name = "all", .usage = "Also the released one."});
    flags.Bool(&force_, {.name = "force", .usage = "Accepted and without effect."});
  }

  int Run(Session& session) override {
    const std::string app = session.apps()[0];
    absl::StatusOr<std::vector<pb::Deployment>> targets =
        session.args().empty() ? FindAll(session, app) : FindNamed(session, app);
    if (!targets.ok()) return session.Fail(targets.status());
    session.ui().Header(absl::StrCat("Destroying deployments for ", app));
    if (targets->empty()) {
      session.ui().Line("There is nothing to destroy.");
      return 0;
    }
    session.ui().Header(absl::StrCat(targets->size(), " deployments will be destroyed."));
    int exit_code = 0;
    for (const pb::Deployment& deployment : *targets) {
      const absl::Status status = DestroyOne(session, app, deployment);
      if (!status.ok()) {
        exit_code = session.Fail(Annotate(status, "Error destroying deployment ", deployment.sequence()));
      }
      if (session.world().interrupt.stop_requested()) break;
    }
    return exit_code;
  }

 private:
  absl::Status DestroyOne(Session& session, const std::string& app, const pb::Deployment& deployment) {
    if (deployment.status().state() != pb::Status::SUCCESS) {
      session.ui().Warning(absl::StrCat("Deployment ", deployment.sequence(),
                                        " was not successful - destroy may not completely destroy all resources"));
    }
    session.ui().Info(absl::StrCat("Destroying deployment: ", deployment.id()));
    return session.operations().DestroyDeployment(app, deployment);
  }

  absl::StatusOr<std::vector<pb::Deployment>> FindAll(Session& session, const std::string& app) {
    pb::ListDeploymentsRequest request;
    *request.mutable_application() = session.operations().Application(app);
    *request.mutable_workspace() = session.operations().Workspace();
    request.set_physical_state(pb::Operation::CREATED);
    request.mutable_order()->set_order(pb::OperationOrder::COMPLETE_TIME);
    request.mutable_order()->set_desc(true);
    ASSIGN_OR_RETURN(auto list, session.Invoke<pb::ListDeploymentsResponse>("ListDeployments", request));
    pb::GetLatestReleaseRequest latest;
    *latest.mutable_application() = request.application();
    *latest.mutable_workspace() = request.workspace();
    auto release = session.Invoke<pb::Release>("GetLatestRelease", latest);
    if (!release.ok() && !absl::IsNotFound(release.status())) return release.status();
    std::vector<pb::Deployment> targets;
    for (const pb::Deployment& deployment : list.deployments()) {
      if (all_ || !release.ok() || release->deployment_id() != deployment.id()) targets.push_back(deployment);
    }
    return targets;
  }

  absl::StatusOr<std::vector<pb::Deployment>> FindNamed(Session& session, const std::string& app) {
    std::vector<pb::Deployment> targets;
    for (const std::string& word : session.args()) {
      pb::GetDeploymentRequest request;
      uint64_t sequence = 0;
      if (absl::SimpleAtoi(word, &sequence)) {
        request.mutable_ref()->mutable_sequence()->set_number(sequence);
        *request.mutable_ref()->mutable_sequence()->mutable_application() = session.operations().Application(app);
      } else {
        request.mutable_ref()->set_id(word);
      }
      absl::StatusOr<pb::Deployment> deployment = session.Invoke<pb::Deployment>("GetDeployment", request);
      if (!deployment.ok()) return Annotate(deployment.status(), "look up deployment ", word);
      targets.push_back(*std::move(deployment));
    }
    return targets;
  }

  bool all_ = false;
  bool force_ = false;
};

}  // namespace

CommandInfo DeploymentDestroyCommand() {
  return {.words = "deployment destroy",
          .arguments = "[id...]",
          .synopsis = "Destroy one or more deployments",
          .help = "Destroys the given deployments of an app, by number or id; without any, all that are not released.",
          .needs = kOneApp,
          .make = Make<DeploymentDestroy>};
}

}  // namespace waypoint::cli
