// waypoint artifact list, list-builds and push.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/json.h"
#include "cli/pages.h"
#include "cli/record_json.h"
#include "cli/record_list.h"
#include "cli/results.h"
#include "cli/session.h"
#include "waypoint/operation.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

class ArtifactList : public Command {
 public:
  void Flags(FlagSet& flags) override { list_.Add(flags, false); }

  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("artifact list takes no arguments");
    return session.ForEachApp([&](const std::string& app) { return RunApp(session, app); });
  }

 private:
  absl::Status RunApp(Session& session, const std::string& app) {
    pb::ListPushedArtifactsRequest request;
    *request.mutable_application() = session.operations().Application(app);
    if (!list_.workspace_all) *request.mutable_workspace() = session.operations().Workspace();
    if (auto order = list_.Order()) *request.mutable_order() = *order;
    request.set_include_build(true);
    std::vector<pb::PushedArtifact> artifacts;
    RETURN_IF_ERROR(
        ForEachPage<pb::ListPushedArtifactsResponse>(session, "ListPushedArtifacts", request, [&](const auto& page) {
          artifacts.insert(artifacts.end(), page.artifacts().begin(), page.artifacts().end());
        }));
    if (list_.json) {
      Json array = Json::Array();
      for (const pb::PushedArtifact& artifact : artifacts) array.Add(ArtifactJson(artifact));
      session.ui().Raw(array.Print(), false);
      return absl::OkStatus();
    }
    session.ui().Header(app);
    if (artifacts.empty()) {
      session.ui().Warning(absl::StrCat("No artifacts found for application \"", app, "\""));
      return absl::OkStatus();
    }
    Table table{.headers = {"", "ID", "Registry", "Details", "Started", "Completed"}, .rows = {}};
    for (const pb::PushedArtifact& artifact : artifacts) {
      table.rows.push_back({Bullet(artifact.status()), ShownId(artifact.sequence(), artifact.id(), list_.long_ids),
                            artifact.component().name(), absl::StrJoin(Details(artifact), "\n"),
                            TimeCell(session, artifact.status().start_time()),
                            TimeCell(session, artifact.status().complete_time())});
    }
    session.ui().Show(table);
    return absl::OkStatus();
  }

  std::vector<std::string> Details(const pb::PushedArtifact& artifact) const {
    std::vector<std::string> details;
    if (auto user = artifact.labels().find("common/user"); user != artifact.labels().end()) {
      details.push_back("user:" + user->second);
    }
    if (artifact.build().sequence() > 0)
      details.push_back(
          absl::StrCat("build:", ShownId(artifact.build().sequence(), artifact.build().id(), list_.long_ids)));
    if (list_.verbose) {
      AddLabels("artifact.", artifact.labels(), details);
      AddLabels("build.", artifact.build().labels(), details);
    }
    return details;
  }

  ListFlags list_;
};

class BuildList : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.Bool(&workspace_all_, {.name = "workspace-all", .usage = "List across all workspaces of the app."});
    flags.Bool(&long_ids_, {.name = "long-ids", .usage = "Show the full ids beside the numbers."});
  }

  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("artifact list-builds takes no arguments");
    return session.ForEachApp([&](const std::string& app) { return RunApp(session, app); });
  }

 private:
  absl::Status RunApp(Session& session, const std::string& app) {
    pb::ListBuildsRequest request;
    *request.mutable_application() = session.operations().Application(app);
    if (!workspace_all_) *request.mutable_workspace() = session.operations().Workspace();
    std::vector<pb::Build> builds;
    RETURN_IF_ERROR(ForEachPage<pb::ListBuildsResponse>(session, "ListBuilds", request, [&](const auto& page) {
      builds.insert(builds.end(), page.builds().begin(), page.builds().end());
    }));
    std::stable_sort(builds.begin(), builds.end(), [](const pb::Build& a, const pb::Build& b) {
      return ToTime(a.status().start_time()) > ToTime(b.status().start_time());
    });
    session.ui().Header(app);
    if (builds.empty()) {
      session.ui().Warning(absl::StrCat("No builds found for application \"", app, "\""));
      return absl::OkStatus();
    }
    Table table{.headers = {"", "ID", "Workspace", "Builder", "Started", "Completed", "Pipeline"}, .rows = {}};
    for (const pb::Build& build : builds) {
      table.rows.push_back({Bullet(build.status()), ShownId(build.sequence(), build.id(), long_ids_),
                            build.workspace().workspace(), build.component().name(),
                            TimeCell(session, build.status().start_time()),
                            TimeCell(session, build.status().complete_time()), PipelineOf(session, build.job_id())});
    }
    session.ui().Show(table);
    return absl::OkStatus();
  }

  bool workspace_all_ = false, long_ids_ = false;
};

class Push : public Command {
 public:
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("artifact push takes no arguments");
    return session.ForEachApp([&](const std::string& app) { return RunApp(session, app); });
  }

 private:
  absl::Status RunApp(Session& session, const std::string& app) {
    client::Operations& operations = session.operations();
    pb::GetLatestBuildRequest request;
    *request.mutable_application() = operations.Application(app);
    *request.mutable_workspace() = operations.Workspace();
    absl::StatusOr<pb::Build> build = session.Invoke<pb::Build>("GetLatestBuild", request);
    if (absl::IsNotFound(build.status())) {
      return absl::NotFoundError(
          absl::StrCat("app \"", app, "\" was never built; \"waypoint build\" builds and pushes it"));
    }
    RETURN_IF_ERROR(build.status());
    session.ui().Header(absl::StrCat("Pushing ", app, "..."));
    ASSIGN_OR_RETURN(pb::PushedArtifact artifact, operations.Push(app, *build));
    session.ui().Line("");
    session.ui().Success(absl::StrCat("Pushed build v", build->sequence(), " as artifact v", artifact.sequence()));
    return absl::OkStatus();
  }
};

}  // namespace

std::vector<CommandInfo> ArtifactCommands() {
  return {{.words = "artifact list",
           .arguments = "",
           .synopsis = "List pushed artifacts",
           .help = "Lists the artifacts of every app of the project, or of the one of -app.",
           .needs = {.config = true, .project = true, .apps = true},
           .make = Make<ArtifactList>},
          {.words = "artifact list-builds",
           .arguments = "",
           .synopsis = "List builds",
           .help = "Lists the builds of every app of the project, or of the one of -app, newest first.",
           .needs = {.config = true, .project = true, .apps = true},
           .make = Make<BuildList>},
          {.words = "artifact push",
           .arguments = "",
           .synopsis = "Push the latest build to the registry",
           .help = "Pushes the latest build of every app of the project, or of the one of -app, to its registry.",
           .needs = kManyApps,
           .make = Make<Push>}};
}

}  // namespace waypoint::cli
