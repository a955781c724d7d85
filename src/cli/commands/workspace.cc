// waypoint workspace create, list and inspect.
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/record_list.h"
#include "cli/session.h"
#include "waypoint/project.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

absl::StatusOr<pb::Workspace> GetWorkspace(Session& session, const std::string& name) {
  pb::GetWorkspaceRequest request;
  request.mutable_workspace()->set_workspace(name);
  ASSIGN_OR_RETURN(auto found, session.Invoke<pb::GetWorkspaceResponse>("GetWorkspace", request));
  return found.workspace();
}

std::string ProjectNames(const pb::Workspace& workspace, const char* separator) {
  std::vector<std::string> names;
  for (const auto& project : workspace.projects()) names.push_back(project.project().project());
  return absl::StrJoin(names, separator);
}

class Create : public Command {
 public:
  int Run(Session& session) override {
    if (session.args().size() != 1) return session.Usage("workspace create takes one name");
    const std::string& name = session.args()[0];
    pb::UpsertWorkspaceRequest request;
    request.mutable_workspace()->set_name(name);
    auto made = session.Invoke<pb::UpsertWorkspaceResponse>("UpsertWorkspace", request);
    if (!made.ok()) return session.Fail(made.status());
    session.ui().Success(absl::StrCat("Workspace \"", name, "\" registered with the server"));
    return 0;
  }
};

class List : public Command {
 public:
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("workspace list takes no arguments");
    pb::ListWorkspacesRequest request;
    request.mutable_global();
    auto list = session.Invoke<pb::ListWorkspacesResponse>("ListWorkspaces", request);
    if (!list.ok()) return session.Fail(list.status());
    std::map<std::string, std::string> rows;
    for (const auto& listed : list->workspaces()) {
      auto workspace = GetWorkspace(session, listed.name());
      if (!workspace.ok()) return session.Fail(workspace.status());
      rows[listed.name()] = ProjectNames(*workspace, ",");
    }
    if (rows.empty()) {
      session.ui().Line("No workspaces found.");
      return 0;
    }
    Table table{.headers = {"Name", "Projects"}, .rows = {}};
    for (const auto& [name, projects] : rows) table.rows.push_back({name, projects});
    session.ui().Show(table);
    return 0;
  }
};

class Inspect : public Command {
 public:
  int Run(Session& session) override {
    if (session.args().size() > 1) return session.Usage("workspace inspect takes at most one name");
    auto workspace = GetWorkspace(session, session.args().empty() ? session.workspace() : session.args()[0]);
    if (!workspace.ok()) return session.Fail(workspace.status());
    session.ui().Header("Workspace Info:");
    session.ui().NamedValues({{"Name", workspace->name()},
                              {"Last Updated", TimeCell(session, workspace->active_time())},
                              {"Projects", ProjectNames(*workspace, ", ")}});
    session.ui().Line("");
    return 0;
  }
};

template <typename T>
CommandInfo Info(const char* name, const char* arguments, const char* synopsis) {
  return {.words = absl::StrCat("workspace ", name),
          .arguments = arguments,
          .synopsis = synopsis,
          .help = "",
          .needs = kNeedsServer,
          .make = Make<T>};
}

}  // namespace

std::vector<CommandInfo> WorkspaceCommands() {
  return {Info<Create>("create", "NAME", "Create a workspace"), Info<List>("list", "", "List workspaces"),
          Info<Inspect>("inspect", "[NAME]", "Show one workspace")};
}

}  // namespace waypoint::cli
