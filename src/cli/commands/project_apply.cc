// waypoint project apply: create a project at the server, or change its settings.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/project_file.h"
#include "cli/session.h"
#include "hcl/diagnostic.h"
#include "hcl/parse.h"
#include "waypoint/project.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

class Apply : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.String(&from_hcl_, {.name = "from-waypoint-hcl",
                              .usage = "Take the data source from the runner block of this waypoint.hcl."});
    flags.String(&waypoint_hcl_, {.name = "waypoint-hcl",
                                  .usage = "Store this file (.hcl or .json) as the project's waypoint.hcl, for sources "
                                           "that hold none."});
    flags.String(&data_source_, {.name = "data-source", .usage = "Where the code comes from: git or local."});
    flags.String(&git_url_, {.name = "git-url", .usage = "URL of the repository."});
    flags.String(&git_path_, {.name = "git-path", .usage = "Folder in the repository that holds waypoint.hcl."});
    flags.String(&git_ref_, {.name = "git-ref", .usage = "Branch, tag or commit."});
    flags.String(&git_auth_type_, {.name = "git-auth-type", .usage = "How to log in: basic, ssh; empty for no login."});
    flags.String(&git_username_, {.name = "git-username", .usage = "User name, of basic and ssh."});
    flags.String(&git_password_, {.name = "git-password", .usage = "Password, of basic."});
    flags.String(&git_key_path_, {.name = "git-private-key-path", .usage = "File with the private key, of ssh."});
    flags.String(&git_key_password_, {.name = "git-private-key-password", .usage = "Password of that key."});
    flags.Int(&git_submodules_, {.name = "git-recurse-submodules", .usage = "How deep submodules are fetched."});
    flags.OptionalBool(&poll_, {.name = "poll", .usage = "Look for changes of the source, and act on them."});
    flags.String(&poll_interval_, {.name = "poll-interval", .usage = "How often."});
    flags.OptionalBool(&status_poll_, {.name = "app-status-poll", .usage = "Refresh the status of the apps."});
    flags.String(&status_interval_, {.name = "app-status-poll-interval", .usage = "How often."});
    flags_ = &flags;
  }

  int Run(Session& session) override {
    if (session.args().size() != 1) return session.Usage("project apply takes the name of one project");
    const std::string& name = session.args()[0];
    auto group = session.ui().Steps();
    auto step = group->Add(absl::StrCat("Checking for an existing project named: ", name));
    bool is_new = false;
    absl::Status status = Change(session, name, *step, &is_new);
    if (!status.ok()) {
      step->Abort();
      return session.Fail(status);
    }
    step->Update(absl::StrCat("Project \"", name, "\" ", is_new ? "created" : "updated"));
    step->Done();
    return 0;
  }

 private:
  absl::Status Change(Session& session, const std::string& name, Step& step, bool* is_new) {
    pb::GetProjectRequest get;
    get.mutable_project()->set_project(name);
    auto found = session.Invoke<pb::GetProjectResponse>("GetProject", get);
    *is_new = absl::IsNotFound(found.status());
    if (!found.ok() && !*is_new) return found.status();
    pb::UpsertProjectRequest request;
    pb::Project& project = *request.mutable_project();
    if (!*is_new) project = found->project();
    project.set_name(name);
    step.Update(absl::StrCat(*is_new ? "Creating" : "Updating", " project \"", name, "\"..."));
    RETURN_IF_ERROR(SetSource(session, project));
    RETURN_IF_ERROR(SetFile(session, project));
    SetStatusPoll(project);
    return session.Invoke<pb::UpsertProjectResponse>("UpsertProject", request).status();
  }

  absl::Status SetSource(Session& session, pb::Project& project) {
    std::string kind = data_source_;
    if (!from_hcl_.empty()) {
      ASSIGN_OR_RETURN(ProjectFile file,
                       LoadProjectFile(JoinPath(session.world().working_folder, from_hcl_), session.workspace()));
      *project.mutable_data_source() = file.project.data_source();
      if (kind.empty()) kind = project.data_source().has_git() ? "git" : "local";
    }
    if (kind == "git") return SetGit(session, project);
    if (kind == "local") {
      project.mutable_data_source()->mutable_local();
      project.mutable_data_source_poll()->set_enabled(false);
      return absl::OkStatus();
    }
    if (!kind.empty()) return absl::InvalidArgumentError(absl::StrCat("-data-source=", kind, ": it is git or local"));
    if (poll_.value_or(false)) return absl::InvalidArgumentError("-poll needs a data source: -data-source=git");
    return absl::OkStatus();
  }

  absl::Status SetGit(Session& session, pb::Project& project) {
    project.set_remote_enabled(true);
    pb::Job::Git& git = *project.mutable_data_source()->mutable_git();
    if (flags_->Given("git-url")) git.set_url(git_url_);
    if (flags_->Given("git-path")) git.set_path(git_path_);
    if (flags_->Given("git-ref")) git.set_ref(git_ref_);
    if (flags_->Given("git-recurse-submodules")) git.set_recurse_submodules(static_cast<uint32_t>(git_submodules_));
    if (git.url().empty()) return absl::InvalidArgumentError("-data-source=git needs -git-url");
    RETURN_IF_ERROR(SetLogin(session, git));
    if (poll_.has_value()) {
      project.mutable_data_source_poll()->set_enabled(*poll_);
      project.mutable_data_source_poll()->set_interval(poll_interval_);
    }
    return absl::OkStatus();
  }

  absl::Status SetLogin(Session& session, pb::Job::Git& git) {
    if (!flags_->Given("git-auth-type")) return absl::OkStatus();
    if (git_auth_type_ == "basic") {
      if (flags_->Given("git-username")) git.mutable_basic()->set_username(git_username_);
      if (flags_->Given("git-password")) git.mutable_basic()->set_password(git_password_);
      git.mutable_basic();
    } else if (git_auth_type_ == "ssh") {
      if (flags_->Given("git-username")) git.mutable_ssh()->set_user(git_username_);
      if (flags_->Given("git-private-key-password")) git.mutable_ssh()->set_password(git_key_password_);
      if (!git_key_path_.empty()) {
        ASSIGN_OR_RETURN(std::string key, ReadFile(JoinPath(session.world().working_folder, git_key_path_)));
        git.mutable_ssh()->set_private_key_pem(std::move(key));
      }
      git.mutable_ssh();
    } else if (git_auth_type_.empty()) {
      git.clear_auth();
    } else {
      return absl::InvalidArgumentError(absl::StrCat("-git-auth-type=", git_auth_type_, ": it is basic, ssh or empty"));
    }
    return absl::OkStatus();
  }

  absl::Status SetFile(Session& session, pb::Project& project) {
    if (waypoint_hcl_.empty()) return absl::OkStatus();
    const bool json = absl::EndsWith(waypoint_hcl_, ".json");
    if (!json && !absl::EndsWith(waypoint_hcl_, ".hcl")) {
      return absl::InvalidArgumentError(
          absl::StrCat(waypoint_hcl_, ": the name must end with .hcl or .json, so that its format is known"));
    }
    ASSIGN_OR_RETURN(std::string text, ReadFile(JoinPath(session.world().working_folder, waypoint_hcl_)));
    hcl::Diagnostics diagnostics;
    hcl::SourcePtr source = hcl::MakeSource(waypoint_hcl_, text);
    json ? hcl::ParseJson(source, diagnostics) : hcl::ParseNative(source, diagnostics);
    if (diagnostics.HasErrors()) return absl::InvalidArgumentError(diagnostics.Render());
    project.set_waypoint_hcl(std::move(text));
    project.set_waypoint_hcl_format(json ? pb::Hcl::JSON : pb::Hcl::HCL);
    return absl::OkStatus();
  }

  void SetStatusPoll(pb::Project& project) const {
    if (!status_poll_.has_value()) return;
    project.mutable_status_report_poll()->set_enabled(*status_poll_);
    project.mutable_status_report_poll()->set_interval(status_interval_);
  }

  FlagSet* flags_ = nullptr;
  std::string from_hcl_, waypoint_hcl_, data_source_;
  std::string git_url_, git_path_, git_ref_, git_auth_type_, git_username_, git_password_, git_key_path_,
      git_key_password_;
  int64_t git_submodules_ = 0;
  std::optional<bool> poll_, status_poll_;
  std::string poll_interval_ = "30s", status_interval_ = "5m";
};

}  // namespace

CommandInfo ProjectApplyCommand() {
  return {.words = "project apply",
          .arguments = "NAME",
          .synopsis = "Create a project or change its settings",
          .help =
              "Creates a project at the server, or changes what the flags name of an existing one: where its code "
              "comes from, how often it is looked at, its stored waypoint.hcl.",
          .needs = {},
          .make = Make<Apply>};
}

}  // namespace waypoint::cli
