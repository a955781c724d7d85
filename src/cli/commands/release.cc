// waypoint release: make a deployment the live one.
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/prune_flags.h"
#include "cli/record_list.h"
#include "cli/results.h"
#include "cli/session.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

class Release : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.String(&deployment_, {.name = "deployment",
                                .usage = "Release this deployment, by number or id, instead of "
                                         "the newest.",
                                .alias = "d"});
    flags.Bool(&repeat_, {.name = "repeat", .usage = "Release again what is released already."});
    AddPruneFlags(flags, prune_);
  }

  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("release takes no arguments");
    return session.ForEachApp([&](const std::string& app) { return RunApp(session, app); });
  }

 private:
  absl::Status RunApp(Session& session, const std::string& app) {
    client::Operations& operations = session.operations();
    ASSIGN_OR_RETURN(const pb::Deployment deployment, Find(session, app));
    const std::string number = absl::StrCat("deployment v", deployment.sequence());
    if (deployment.status().state() != pb::Status::SUCCESS) {
      return absl::FailedPreconditionError(
          absl::StrCat(number, " of \"", app, "\" did not succeed; deploy again first."));
    }
    if (deployment.state() != pb::Operation::CREATED) {
      return absl::FailedPreconditionError(absl::StrCat(number, " of \"", app, "\" does not exist any more."));
    }
    if (!repeat_) {
      pb::GetLatestReleaseRequest request;
      *request.mutable_application() = operations.Application(app);
      *request.mutable_workspace() = operations.Workspace();
      auto latest = session.Invoke<pb::Release>("GetLatestRelease", request);
      if (!latest.ok() && !absl::IsNotFound(latest.status())) return latest.status();
      if (latest.ok() && latest->deployment_id() == deployment.id()) {
        session.ui().Success(absl::StrCat("The ", number, " is already released. Use -repeat to release it again."));
        return absl::OkStatus();
      }
    }
    return ReleaseIt(session, app, deployment);
  }

  absl::Status ReleaseIt(Session& session, const std::string& app, const pb::Deployment& deployment) {
    session.ui().Header(absl::StrCat("Releasing ", app, "..."));
    ASSIGN_OR_RETURN(pb::Release release, session.operations().Release(app, deployment, prune_));
    if (IsInPlace(deployment)) {
      session.ui().Warning("The deployment was made in place of an earlier one, so releasing it changed nothing.");
    }
    RETURN_IF_ERROR(ShowVariables(session, session.operations().last_job_id()));
    session.ui().Line("");
    if (release.url().empty()) {
      session.ui().Success(absl::StrCat("Deployment v", deployment.sequence(),
                                        " is marked as released. The release "
                                        "told no URL."));
    } else {
      session.ui().Success(absl::StrCat("Release URL: ", WithScheme(release.url())));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<pb::Deployment> Find(Session& session, const std::string& app) {
    if (!deployment_.empty()) return FindNamed(session, app);
    ASSIGN_OR_RETURN(std::optional<pb::Deployment> newest, NewestDeployment(session, app));
    if (newest.has_value()) return *std::move(newest);
    return absl::NotFoundError(absl::StrCat("the app \"", app, "\" has no deployment to release in the workspace \"",
                                            session.workspace(), "\". Run \"waypoint deploy\" first."));
  }

  absl::StatusOr<pb::Deployment> FindNamed(Session& session, const std::string& app) {
    pb::GetDeploymentRequest request;
    uint64_t sequence = 0;
    if (absl::SimpleAtoi(deployment_, &sequence)) {
      request.mutable_ref()->mutable_sequence()->set_number(sequence);
      *request.mutable_ref()->mutable_sequence()->mutable_application() = session.operations().Application(app);
    } else {
      request.mutable_ref()->set_id(deployment_);
    }
    return session.Invoke<pb::Deployment>("GetDeployment", request);
  }

  std::string deployment_;
  bool repeat_ = false;
  client::PruneOptions prune_;
};

}  // namespace

CommandInfo ReleaseCommand() {
  return {.words = "release",
          .arguments = "",
          .synopsis = "Release a deployment",
          .help = "Makes the newest deployment of every app of the project, or of the one of -app, the live one.",
          .needs = kManyApps,
          .make = Make<Release>};
}

}  // namespace waypoint::cli
