// waypoint status: how apps are, over all projects, in one, or one app in full.
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/json.h"
#include "cli/record_list.h"
#include "cli/session.h"
#include "waypoint/operation.pb.h"
#include "waypoint/project.pb.h"
#include "waypoint/ui.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr char kNone[] = "N/A";

// The newest deployment and release of one app, as far as there are any.
struct AppState {
  std::string app;
  std::optional<pb::UI::DeploymentBundle> deployment;
  std::optional<pb::UI::ReleaseBundle> release;
};

// What nobody has reported on yet is neither well nor unwell.
template <typename Bundle>
bool HasReport(const std::optional<Bundle>& bundle) {
  return bundle && bundle->has_latest_status_report();
}

std::string HealthText(const pb::StatusReport& report) {
  const std::string& health = report.health().health_status();
  if (health == "READY" || health == "ALIVE") return "✔ " + health;
  if (health == "DOWN") return "✖ DOWN";
  if (health == "PARTIAL") return "● PARTIAL";
  return "? UNKNOWN";
}

std::string Checked(Session& session, const pb::StatusReport& report) {
  return report.has_generated_time() ? session.Ago(ToTime(report.generated_time())) : "(unknown)";
}

// Rows as JSON objects: column titles without spaces are the keys.
Json RowsJson(const Table& table) {
  Json rows = Json::Array();
  for (const auto& row : table.rows) {
    Json object = Json::Object();
    for (size_t i = 0; i < row.size(); ++i) {
      std::string key = table.headers[i];
      key.erase(std::remove(key.begin(), key.end(), ' '), key.end());
      object.Set(key, Json::Text(row[i].text));
    }
    rows.Add(std::move(object));
  }
  return rows;
}

class StatusCommandImpl : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.Bool(&verbose_, {.name = "verbose", .usage = "Accepted and without effect.", .alias = "V"});
    flags.Bool(&json_, {.name = "json", .usage = "Print JSON."});
    flags.Bool(&all_projects_, {.name = "all-projects", .usage = "Show all projects, also inside of one."});
    flags.Bool(&refresh_, {.name = "refresh", .usage = "Check the newest deployments and releases now."});
  }

  int Run(Session& session) override {
    if (!session.args().empty()) {
      return session.Usage("status takes no arguments; choose with -project=NAME and -app=NAME");
    }
    const bool all = all_projects_ || session.project().empty();
    if (refresh_ && all) {
      session.ui().Warning("-refresh needs a project; what was last known is shown.");
    } else if (refresh_) {
      if (absl::Status status = Refresh(session); !status.ok()) return session.Fail(status);
    }
    absl::Status status;
    if (all) {
      status = ShowProjects(session);
    } else if (session.flags().app.empty()) {
      status = ShowProject(session);
    } else {
      status = ShowApp(session);
    }
    return status.ok() ? 0 : session.Fail(status);
  }

 private:
  static std::string ServerName(Session& session) { return session.connection()->address; }

  absl::StatusOr<AppState> Load(Session& session, const pb::Ref::Application& application,
                                const std::string& workspace) {
    AppState state;
    state.app = application.application();
    pb::UI::ListDeploymentsRequest deployments;
    *deployments.mutable_application() = application;
    deployments.mutable_workspace()->set_workspace(workspace);
    deployments.set_physical_state(pb::Operation::CREATED);
    SetNewest(*deployments.mutable_order());
    ASSIGN_OR_RETURN(auto found, session.Invoke<pb::UI::ListDeploymentsResponse>("UI_ListDeployments", deployments));
    if (found.deployments_size() > 0) state.deployment = found.deployments(0);
    pb::UI::ListReleasesRequest releases;
    *releases.mutable_application() = application;
    releases.mutable_workspace()->set_workspace(workspace);
    releases.set_physical_state(pb::Operation::CREATED);
    SetNewest(*releases.mutable_order());
    ASSIGN_OR_RETURN(auto released, session.Invoke<pb::UI::ListReleasesResponse>("UI_ListReleases", releases));
    if (released.releases_size() > 0 && !released.releases(0).release().unimplemented()) {
      state.release = released.releases(0);
    }
    return state;
  }

  static void SetNewest(pb::OperationOrder& order) {
    order.set_order(pb::OperationOrder::COMPLETE_TIME);
    order.set_desc(true);
    order.set_limit(1);
  }

  absl::Status Refresh(Session& session) {
    auto group = session.ui().Steps();
    for (const std::string& app : session.apps()) {
      auto step = group->Add(absl::StrCat("Refreshing status for app \"", app, "\" in project \"", session.project(),
                                          "\". Refreshing could take a while..."));
      ASSIGN_OR_RETURN(const AppState state, Load(session, session.operations().Application(app), session.workspace()));
      step->Done();
      if (state.deployment) {
        RETURN_IF_ERROR(session.operations().ReportStatus(app, state.deployment->deployment()));
      }
      if (state.release) RETURN_IF_ERROR(session.operations().ReportStatus(app, state.release->release()));
    }
    group->Add(absl::StrCat("Finished refreshing app statuses in project \"", session.project(), "\""))->Done();
    return absl::OkStatus();
  }

  absl::StatusOr<pb::GetProjectResponse> GetProject(Session& session, const std::string& name) {
    pb::GetProjectRequest request;
    request.mutable_project()->set_project(name);
    auto project = session.Invoke<pb::GetProjectResponse>("GetProject", request);
    if (absl::IsNotFound(project.status())) {
      return absl::NotFoundError(absl::StrCat("the project \"", name,
                                              "\" is not on the server. Run \"waypoint init\" "
                                              "in the folder of its waypoint.hcl."));
    }
    return project;
  }

  absl::Status ShowProjects(Session& session) {
    ASSIGN_OR_RETURN(auto list, session.Invoke<pb::ListProjectsResponse>("ListProjects", pb::ListProjectsRequest()));
    Table table{
        .headers = {"Project", "Workspace", "Deployment Statuses", "Release Statuses"}, .rows = {}, .simple = true};
    std::set<std::string> names;
    for (const auto& project : list.projects()) names.insert(project.project());
    for (const std::string& name : names) {
      ASSIGN_OR_RETURN(auto project, GetProject(session, name));
      std::map<std::string, int> deployments, releases;
      for (const auto& app : project.project().applications()) {
        pb::Ref::Application ref;
        ref.set_application(app.name());
        ref.set_project(name);
        ASSIGN_OR_RETURN(const AppState state, Load(session, ref, session.workspace()));
        if (HasReport(state.deployment)) ++deployments[Word(state.deployment->latest_status_report())];
        if (HasReport(state.release)) ++releases[Word(state.release->latest_status_report())];
      }
      table.rows.push_back({name, session.workspace(), Counts(deployments), Counts(releases)});
    }
    Json json = Json::Object();
    json.Set("Projects", RowsJson(table));
    if (PrintedJson(session, json)) return absl::OkStatus();
    session.ui().Line(absl::StrCat("Current project statuses in server context \"", ServerName(session), "\".\n"));
    session.ui().Show(table);
    session.ui().Line(
        "\nFor more information about a project's applications and their current state, run\n"
        "'waypoint status -project=PROJECT-NAME'.");
    return absl::OkStatus();
  }

  static std::string Word(const pb::StatusReport& report) {
    const std::string& health = report.health().health_status();
    return health.empty() ? "UNKNOWN" : health;
  }

  static std::string Counts(const std::map<std::string, int>& counts) {
    std::string text;
    for (const auto& [word, count] : counts) absl::StrAppend(&text, count, " ", word, " ");
    return text.empty() ? kNone : text;
  }

  // The first table of a project's and of an app's view; false in `healthy` if something is down.
  absl::StatusOr<Table> Summary(Session& session, const std::vector<AppState>& states, bool& healthy) {
    Table table{
        .headers = {"App", "Workspace", "Deployment Status", "Deployment Checked", "Release Status", "Release Checked"},
        .rows = {},
        .simple = true};
    for (const AppState& state : states) {
      std::vector<Cell> row = {state.app, session.workspace(), kNone, "", kNone, ""};
      if (HasReport(state.deployment)) {
        row[2] = HealthText(state.deployment->latest_status_report());
        row[3] = Checked(session, state.deployment->latest_status_report());
      }
      if (HasReport(state.release)) {
        row[4] = HealthText(state.release->latest_status_report());
        row[5] = Checked(session, state.release->latest_status_report());
      }
      healthy = healthy && row[2].text != "✖ DOWN" && row[4].text != "✖ DOWN";
      table.rows.push_back(std::move(row));
    }
    return table;
  }

  absl::Status CheckWorkspace(Session& session, const pb::GetProjectResponse& project) {
    if (project.workspaces().empty()) return absl::OkStatus();
    for (const auto& workspace : project.workspaces()) {
      if (workspace.workspace().workspace() == session.workspace()) return absl::OkStatus();
    }
    return absl::NotFoundError(absl::StrCat("the project \"", session.project(), "\" has nothing in the workspace \"",
                                            session.workspace(),
                                            "\"; \"waypoint workspace list\" shows where it has."));
  }

  absl::Status ShowProject(Session& session) {
    ASSIGN_OR_RETURN(auto project, GetProject(session, session.project()));
    RETURN_IF_ERROR(CheckWorkspace(session, project));
    std::vector<AppState> states;
    for (const auto& app : project.project().applications()) {
      ASSIGN_OR_RETURN(states.emplace_back(),
                       Load(session, session.operations().Application(app.name()), session.workspace()));
    }
    bool healthy = true;
    ASSIGN_OR_RETURN(Table table, Summary(session, states, healthy));
    Json json = Json::Object();
    json.Set("Project", Json::Object().Set("Name", Json::Text(session.project()))).Set("Applications", RowsJson(table));
    if (PrintedJson(session, json)) return absl::OkStatus();
    session.ui().Line(absl::StrCat("Current status for project \"", session.project(), "\" in server context \"",
                                   ServerName(session), "\".\n"));
    session.ui().Show(table);
    session.ui().Line("");
    if (!healthy) WarnUnhealthy(session);
    session.ui().Line(
        "The project and its apps listed above represents its current state known\n"
        "in the Waypoint server. For more information about a project's applications and\n"
        "their current state, run 'waypoint status -app=APP-NAME -project=PROJECT-NAME'.");
    return absl::OkStatus();
  }

  absl::Status ShowApp(Session& session) {
    const std::string& app = session.flags().app;
    ASSIGN_OR_RETURN(auto project, GetProject(session, session.project()));
    RETURN_IF_ERROR(CheckWorkspace(session, project));
    ASSIGN_OR_RETURN(const AppState state, Load(session, session.operations().Application(app), session.workspace()));
    bool healthy = true;
    ASSIGN_OR_RETURN(const Table summary, Summary(session, {state}, healthy));
    std::vector<std::pair<std::string, Table>> tables = {{"Application Summary", summary}};
    if (state.deployment) {
      tables.emplace_back("Deployment Summary", DeploymentTable(session, app, *state.deployment));
      tables.emplace_back("Deployment Resources Summary",
                          ResourceTable(session, state.deployment->latest_status_report()));
    }
    if (state.release) {
      tables.emplace_back("Release Summary", ReleaseTable(session, app, *state.release));
      tables.emplace_back("Release Resources Summary", ResourceTable(session, state.release->latest_status_report()));
    }
    if (PrintedJson(session, AppJson(session, tables))) return absl::OkStatus();
    session.ui().Line(absl::StrCat("Current status for application \"", app, "\" in project \"", session.project(),
                                   "\" in server context \"", ServerName(session), "\"."));
    for (const auto& [title, table] : tables) {
      session.ui().Header(title);
      session.ui().Show(table);
    }
    if (!healthy) WarnUnhealthy(session);
    session.ui().Line(
        "The application and its resources listed above represents its current state known\n"
        "in the Waypoint server.");
    return absl::OkStatus();
  }

  static Json AppJson(Session& session, const std::vector<std::pair<std::string, Table>>& tables) {
    static const std::map<std::string, std::string> kKeys = {
        {"Application Summary", "Applications"},
        {"Deployment Summary", "DeploymentSummary"},
        {"Deployment Resources Summary", "DeploymentResourcesSummary"},
        {"Release Summary", "ReleasesSummary"},
        {"Release Resources Summary", "ReleasesResourcesSummary"}};
    Json json = Json::Object();
    json.Set("Project", Json::Object().Set("Name", Json::Text(session.project())));
    for (const auto& [title, table] : tables) json.Set(kKeys.at(title), RowsJson(table));
    return json;
  }

  static std::vector<Cell> VersionRow(Session& session, const std::string& app, uint64_t sequence,
                                      const std::string& platform, uint64_t artifact, const pb::Status& status) {
    return {app,
            absl::StrCat("v", sequence),
            session.workspace(),
            platform,
            artifact == 0 ? "" : absl::StrCat("id:", artifact),
            pb::Status::State_Name(status.state())};
  }

  static Table DeploymentTable(Session& session, const std::string& app, const pb::UI::DeploymentBundle& bundle) {
    const pb::Deployment& deployment = bundle.deployment();
    Table table{
        .headers = {"App Name", "Version", "Workspace", "Platform", "Artifact", "Lifecycle State", "Instances Count"},
        .rows = {VersionRow(session, app, deployment.sequence(), deployment.component().name(),
                            bundle.artifact().sequence(), deployment.status())},
        .simple = true};
    table.rows[0].emplace_back(absl::StrCat(bundle.latest_status_report().instances_count()));
    return table;
  }

  static Table ReleaseTable(Session& session, const std::string& app, const pb::UI::ReleaseBundle& bundle) {
    const pb::Release& release = bundle.release();
    return {.headers = {"App Name", "Version", "Workspace", "Platform", "Artifact", "Lifecycle State"},
            .rows = {VersionRow(session, app, release.sequence(), release.component().name(),
                                release.preload().artifact().sequence(), release.status())},
            .simple = true};
  }

  static Table ResourceTable(Session& session, const pb::StatusReport& report) {
    Table table{.headers = {"Type", "Name", "Platform", "Health", "Time Created"}, .rows = {}, .simple = true};
    for (const auto& resource : report.resources()) {
      table.rows.push_back({resource.type(), resource.name(), resource.platform(),
                            pb::StatusReport::Resource::Health_Name(resource.health()),
                            resource.has_created_time() ? session.Ago(ToTime(resource.created_time())) : ""});
    }
    return table;
  }

  bool PrintedJson(Session& session, Json json) {
    if (!json_) return false;
    Json context = Json::Object();
    context.Set("Address", Json::Text(ServerName(session)))
        .Set("ServerPlatform", Json::Text(session.connection()->platform));
    json.Set("ServerContext", std::move(context));
    session.ui().Raw(json.Print(), false);
    return true;
  }

  static void WarnUnhealthy(Session& session) {
    session.ui().Warning(
        "Some of this is down. \"waypoint logs\" shows what the app wrote last, \"waypoint status -app=NAME\" which\n"
        "resource it is.");
  }

  bool verbose_ = false, json_ = false, all_projects_ = false, refresh_ = false;
};

}  // namespace

CommandInfo StatusCommand() {
  return {.words = "status",
          .arguments = "",
          .synopsis = "List statuses",
          .help =
              "Shows how the newest deployments and releases are: of all projects, of the project of this folder or "
              "of -project, or of one app with -app.",
          .needs = {.config = true, .operation_flags = true},
          .make = Make<StatusCommandImpl>};
}

}  // namespace waypoint::cli
