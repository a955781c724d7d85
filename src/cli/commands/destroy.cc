// waypoint destroy: everything of the apps in this workspace.
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/session.h"

namespace waypoint::cli {
namespace {

class Destroy : public Command {
 public:
  void Flags(FlagSet& flags) override { flags.Bool(&auto_approve_, {.name = "auto-approve", .usage = "Do not ask."}); }

  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("destroy takes no arguments");
    if (!auto_approve_ && !session.ui().interactive()) {
      return session.Fail(
          "destroy asks before it destroys, and without a terminal nobody can be asked.\n"
          "Run it again with -auto-approve to destroy without asking.");
    }
    return session.ForEachApp([&](const std::string& app) { return RunApp(session, app); });
  }

 private:
  absl::Status RunApp(Session& session, const std::string& app) {
    if (!auto_approve_) {
      ASSIGN_OR_RETURN(const bool yes, session.Confirm(absl::StrCat(
                                           "Do you really want to destroy all deployments and releases of the app \"",
                                           app, "\" in the workspace \"", session.workspace(), "\"?")));
      if (!yes) {
        session.ui().Warning(absl::StrCat("Nothing of the app \"", app, "\" was destroyed."));
        return absl::OkStatus();
      }
    }
    RETURN_IF_ERROR(session.operations().DestroyWorkspace(app));
    session.ui().Success("Destroy successful!");
    return absl::OkStatus();
  }

  bool auto_approve_ = false;
};

}  // namespace

CommandInfo DestroyCommand() {
  return {.words = "destroy",
          .arguments = "",
          .synopsis = "Delete all the resources created for an app",
          .help =
              "Destroys all deployments and releases of every app of the project, or of the one of -app, in the "
              "workspace. Asks before each app.",
          .needs = kManyApps,
          .make = Make<Destroy>};
}

}  // namespace waypoint::cli
