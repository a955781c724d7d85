// waypoint project list, inspect and destroy.
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/json.h"
#include "cli/session.h"
#include "google/protobuf/empty.pb.h"
#include "waypoint/project.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

absl::StatusOr<pb::GetProjectResponse> GetProject(Session& session, const std::string& name) {
  pb::GetProjectRequest request;
  request.mutable_project()->set_project(name);
  return session.Invoke<pb::GetProjectResponse>("GetProject", request);
}

const char* YesNo(bool value) { return value ? "true" : "false"; }

class List : public Command {
 public:
  void Flags(FlagSet& flags) override { flags.Bool(&json_, {.name = "json", .usage = "Print JSON."}); }
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("project list takes no arguments");
    pb::ListProjectsRequest request;
    std::set<std::string> names;
    while (true) {
      auto page = session.Invoke<pb::ListProjectsResponse>("ListProjects", request);
      if (!page.ok()) return session.Fail(page.status());
      for (const auto& project : page->projects()) names.insert(project.project());
      if (page->pagination().next_page_token().empty()) break;
      request.mutable_pagination()->set_next_page_token(page->pagination().next_page_token());
    }
    if (names.empty() && !json_) session.ui().Line("No projects found.");
    for (const std::string& name : names) {
      pb::Ref::Project ref;
      ref.set_project(name);
      session.ui().Raw(json_ ? ProtoJson(ref) : name + "\n", false);
    }
    return 0;
  }

 private:
  bool json_ = false;
};

class Inspect : public Command {
 public:
  void Flags(FlagSet& flags) override { flags.Bool(&json_, {.name = "json", .usage = "Print JSON."}); }
  // The argument is enough, also outside of a project.
  void Adjust(Needs& needs, const std::vector<std::string>& args) override { needs.project = args.empty(); }
  int Run(Session& session) override {
    if (session.args().size() > 1) return session.Usage("project inspect takes at most one name");
    const std::string name = session.args().empty() ? session.project() : session.args()[0];
    auto found = GetProject(session, name);
    if (!found.ok()) return session.Fail(found.status());
    const pb::Project& project = found->project();
    if (json_) {
      session.ui().Raw(ProtoJson(project), false);
      return 0;
    }
    std::vector<std::string> apps, workspaces;
    for (const auto& app : project.applications()) apps.push_back(app.name());
    for (const auto& workspace : found->workspaces()) workspaces.push_back(workspace.workspace().workspace());
    const auto& source = project.data_source();
    session.ui().Header("Project Info:");
    session.ui().NamedValues({{"Project Name", project.name()},
                              {"Applications", absl::StrJoin(apps, ", ")},
                              {"Workspaces", absl::StrJoin(workspaces, ", ")},
                              {"Remote Enabled", YesNo(project.remote_enabled())},
                              {"Data Source", source.has_git()      ? "Git"
                                              : source.has_remote() ? "Remote"
                                                                    : "Local"},
                              {"Git URL", source.git().url()},
                              {"Git Ref", source.git().ref()},
                              {"Git Path", source.git().path()},
                              {"Data Source Poll Enabled", YesNo(project.data_source_poll().enabled())},
                              {"Data Source Poll Interval", project.data_source_poll().interval()},
                              {"App Status Poll Enabled", YesNo(project.status_report_poll().enabled())},
                              {"App Status Poll Interval", project.status_report_poll().interval()},
                              {"File Change Signal", project.file_change_signal()}});
    session.ui().Line("");
    return 0;
  }

 private:
  bool json_ = false;
};

class Destroy : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.Bool(&skip_resources_, {.name = "skip-destroy-resources",
                                  .usage = "Forget the project, and leave what was "
                                           "deployed alone."});
    flags.Bool(&auto_approve_, {.name = "auto-approve", .usage = "Do not ask."});
  }
  int Run(Session& session) override {
    const std::string& name = session.flags().project;
    if (!session.args().empty() || name.empty()) {
      return session.Usage("project destroy needs the project to destroy as -project=NAME");
    }
    auto found = GetProject(session, name);
    if (!found.ok()) return session.Fail(found.status());
    if (!auto_approve_) {
      const auto yes = session.Confirm(absl::StrCat("Do you really want to destroy the project \"", name, "\"?"));
      if (!yes.ok()) return session.Fail(yes.status());
      if (!*yes) return session.Fail("nothing was destroyed");
    }
    absl::Status status;
    if (!found->project().has_data_source()) {
      pb::DestroyProjectRequest request;
      request.mutable_project()->set_project(name);
      status = session.Invoke<google::protobuf::Empty>("DestroyProject", request).status();
    } else {
      pb::Job job;
      job.mutable_destroy_project()->mutable_project()->set_project(name);
      job.mutable_destroy_project()->set_skip_destroy_resources(skip_resources_);
      status = session.operations().Run(std::move(job), "").status();
    }
    if (!status.ok()) return session.Fail(status);
    session.ui().Success(absl::StrCat("Project \"", name, "\" destroyed."));
    return 0;
  }

 private:
  bool skip_resources_ = false, auto_approve_ = false;
};

}  // namespace

std::vector<CommandInfo> ProjectCommands() {
  return {{.words = "project list",
           .arguments = "",
           .synopsis = "List projects",
           .help = "Lists the names of all projects of the server.",
           .needs = {.operation_flags = true},
           .make = Make<List>},
          {.words = "project inspect",
           .arguments = "[NAME]",
           .synopsis = "Show one project",
           .help = "Shows a project as the server knows it.",
           .needs = {.config = true, .project = true},
           .make = Make<Inspect>},
          {.words = "project destroy",
           .arguments = "",
           .synopsis = "Destroy a project and all that was deployed of it",
           .help = "Destroys what was deployed of a project, then the project. It must be named with -project.",
           .needs = {.config = true, .operation_flags = true},
           .make = Make<Destroy>}};
}

}  // namespace waypoint::cli
