// waypoint build = artifact build.
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/results.h"
#include "cli/session.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

class Build : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.Bool(&push_, {.name = "push", .usage = "Push the artifact to the configured registry."});
  }

  int Run(Session& session) override {
    if (!session.args().empty()) {
      const std::string word = session.args()[0] == "list" ? "list-builds" : session.args()[0];
      const bool known = word == "list-builds" || word == "push";
      return session.Usage(absl::StrCat(
          "build takes no arguments.",
          known ? absl::StrCat(" Did you mean \"waypoint artifact ", word, "\"?") : " Which app is said with -app."));
    }
    return session.ForEachApp([&](const std::string& app) { return RunApp(session, app); });
  }

 private:
  absl::Status RunApp(Session& session, const std::string& app) {
    session.ui().Header(absl::StrCat("Building ", app, "..."));
    client::Operations& operations = session.operations();
    ASSIGN_OR_RETURN(pb::Job::BuildResult result, operations.Build(app, push_));
    if (push_ && result.has_push()) {
      session.ui().Line("");
      session.ui().Success(absl::StrCat("Created artifact v", result.push().sequence()));
    }
    return ShowVariables(session, operations.last_job_id());
  }

  bool push_ = true;
};

CommandInfo Info(const char* words) {
  return {.words = words,
          .arguments = "",
          .synopsis = "Build a new versioned artifact from source",
          .help = "Builds an artifact of every app of the project, or of the one of -app, and pushes it.",
          .needs = kManyApps,
          .make = Make<Build>};
}

}  // namespace

std::vector<CommandInfo> BuildCommands() { return {Info("build"), Info("artifact build")}; }

}  // namespace waypoint::cli
