// waypoint init: check waypoint.hcl, connect, register the project and its apps.
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/project_fetch.h"
#include "cli/project_generator.h"
#include "cli/session.h"
#include "waypoint/pipeline.pb.h"
#include "waypoint/project.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr char kSample[] = R"(# The project is the name all of this is kept under on the server.
project = "my-project"

# One app block for each thing that is built, deployed and released on its own.
app "web" {
  # How the app becomes an artifact. "process" copies a folder, after running a command if one is given.
  build {
    use "process" {
      # command = "make"
      # output  = "dist"
    }

    # Where the artifact is stored, if others than this machine run it.
    # registry {
    #   use "PLUGIN" {}
    # }
  }

  # Where and how it runs: as processes of this machine. The port to listen on is in PORT.
  deploy {
    use "process" {
      command = "python3 -m http.server $PORT"
    }
  }

  # The stable port under which the live version answers.
  # release {
  #   use "process" {
  #     port = 8080
  #   }
  # }
}
)";

class Init : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.Bool(&update_, {.name = "update", .usage = "Update the project on the server if it is there already."});
    flags.String(&from_project_,
                 {.name = "from-project",
                  .usage = "Start from a copy of the project there: a folder, a git repository, or an archive "
                           "behind http(s). \"//FOLDER\" behind it chooses a part, \"?ref=BRANCH\" a branch."});
    flags.String(&into_, {.name = "into", .usage = "The folder the copy of -from-project is made in."});
  }

  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("init takes no arguments");
    if (!from_project_.empty()) return CopyProject(session);
    if (FindProjectFile(session.world().working_folder).empty()) return MakeFile(session);
    for (auto step : {&Init::Validate, &Init::Connect, &Init::Register}) {
      if (absl::Status status = (this->*step)(session); !status.ok()) return session.Fail(status);
    }
    session.ui().Line("");
    session.ui().Success("Project initialized!");
    session.ui().Line(
        "\nYou may now call 'waypoint up' to deploy your project or\n"
        "commands such as 'waypoint build' to perform steps individually.");
    return 0;
  }

 private:
  // There is no waypoint.hcl: one is made from answers, or a sample to edit.
  int MakeFile(Session& session) {
    absl::StatusOr<std::string> answer = session.ui().Ask(
        "There is no waypoint.hcl here or in a parent folder. Shall it be made from your answers to some questions?\n"
        "Type \"yes\" for that, or \"no\" for a commented sample to edit: ");
    if (absl::IsCancelled(answer.status())) return session.Fail(answer.status());
    if (!answer.ok()) {
      return session.Fail(
          "there is no waypoint.hcl here or in a parent folder, and without a terminal nobody can be asked what shall "
          "be in it.\nWrite a waypoint.hcl, then run \"waypoint init\" again.");
    }
    if (!absl::EqualsIgnoreCase(*answer, "yes") && !absl::EqualsIgnoreCase(*answer, "y")) return Save(session, kSample);
    ProjectGenerator generator(*session.world().plugins, DialogOf(session.ui()));
    absl::StatusOr<bool> complete = generator.Run();
    if (!complete.ok()) return session.Fail(complete.status());
    const int exit_code = Save(session, generator.Text());
    if (*complete) return exit_code;
    session.ui().Warning("You left before all was answered: what is missing must be added by hand.");
    return 1;
  }

  static Dialog DialogOf(Ui& ui) {
    return {.ask = [&ui](absl::string_view prompt) { return ui.Ask(prompt); },
            .header = [&ui](absl::string_view text) { ui.Header(text); },
            .say = [&ui](absl::string_view text) { ui.Info(text); }};
  }

  static int Save(Session& session, absl::string_view text) {
    const std::string path = JoinPath(session.world().working_folder, "waypoint.hcl");
    if (absl::Status status = WriteFile(path, text); !status.ok()) return session.Fail(status);
    session.ui().Success(absl::StrCat("Wrote ", path));
    session.ui().Line("Edit it as you need, then run \"waypoint init\" again.");
    return 0;
  }

  int CopyProject(Session& session) {
    const std::string& here = session.world().working_folder;
    const std::string target = JoinPath(here, into_.empty() ? DefaultTarget(from_project_) : into_);
    const absl::Status status =
        FetchProject(ParseProjectSource(from_project_, here), target, session.world().interrupt);
    if (!status.ok()) return session.Fail(status);
    session.ui().Success(absl::StrCat("Project copied to ", target));
    return 0;
  }

  // Each phase is one step that ends well or is given up.
  static absl::Status End(Step& step, absl::string_view message, const absl::Status& status) {
    if (!status.ok()) {
      step.Abort();
      return status;
    }
    step.Update(message);
    step.Done();
    return status;
  }

  absl::Status Validate(Session& session) {
    auto group = session.ui().Steps();
    auto step = group->Add("Validating configuration file...");
    return End(*step, "Configuration file appears valid", session.LoadProjectFile());
  }

  absl::Status Connect(Session& session) {
    auto group = session.ui().Steps();
    auto step = group->Add("Validating server credentials...");
    return End(*step, "Connection to Waypoint server was successful", session.Connect(true));
  }

  absl::Status Register(Session& session) {
    const ProjectFile& file = *session.project_file();
    const std::string& name = file.project.name();
    auto group = session.ui().Steps();
    auto step = group->Add(absl::StrCat("Checking if project \"", name, "\" is registered..."));
    absl::Status status = RegisterProject(session, file, *step);
    if (status.ok()) status = RegisterApps(session, file, *step);
    if (status.ok()) status = RegisterPipelines(session, file, *step);
    return End(*step, absl::StrCat("Project \"", name, "\" and all apps are registered with the server."), status);
  }

  absl::Status RegisterProject(Session& session, const ProjectFile& file, Step& step) {
    const std::string& name = file.project.name();
    pb::GetProjectRequest get;
    get.mutable_project()->set_project(name);
    auto found = session.Invoke<pb::GetProjectResponse>("GetProject", get);
    if (!found.ok() && !absl::IsNotFound(found.status())) return found.status();
    if (found.ok()) {
      for (const auto& app : found->project().applications()) known_apps_.insert(app.name());
      if (!update_) return absl::OkStatus();
      step.Update(absl::StrCat("Updating project \"", name, "\"..."));
    } else {
      step.Update(absl::StrCat("Project \"", name, "\" is not registered with the server. Registering..."));
    }
    pb::UpsertProjectRequest upsert;
    *upsert.mutable_project() = file.project;
    return session.Invoke<pb::UpsertProjectResponse>("UpsertProject", upsert).status();
  }

  absl::Status RegisterApps(Session& session, const ProjectFile& file, Step& step) {
    for (const std::string& app : file.apps) {
      if (known_apps_.count(app) > 0) continue;
      step.Update(absl::StrCat("Application \"", app, "\" is not registered with the server. Registering..."));
      pb::UpsertApplicationRequest request;
      request.mutable_project()->set_project(file.project.name());
      request.set_name(app);
      RETURN_IF_ERROR(session.Invoke<pb::UpsertApplicationResponse>("UpsertApplication", request).status());
    }
    return absl::OkStatus();
  }

  absl::Status RegisterPipelines(Session& session, const ProjectFile& file, Step& step) {
    if (file.pipelines.empty()) return absl::OkStatus();
    step.Update(absl::StrCat("Registering all pipelines for project \"", file.project.name(), "\""));
    for (const std::string& name : file.pipelines) {
      pb::UpsertPipelineRequest request;
      pb::Pipeline& pipeline = *request.mutable_pipeline();
      pipeline.set_name(name);
      pipeline.mutable_project()->set_project(file.project.name());
      pb::Pipeline::Step& root = (*pipeline.mutable_steps())["root"];
      root.set_name("root");
      root.mutable_pipeline();
      RETURN_IF_ERROR(session.Invoke<pb::UpsertPipelineResponse>("UpsertPipeline", request).status());
    }
    return absl::OkStatus();
  }

  bool update_ = false;
  std::string from_project_;
  std::string into_;
  std::set<std::string> known_apps_;
};

}  // namespace

CommandInfo InitCommand() {
  return {.words = "init",
          .arguments = "",
          .synopsis = "Initialize and validate a project",
          .help =
              "Checks waypoint.hcl, connects to the server and registers the project and its apps there. Without a "
              "waypoint.hcl it makes one from your answers, or writes a sample.",
          .needs = kNeedsNothing,
          .make = Make<Init>};
}

}  // namespace waypoint::cli
