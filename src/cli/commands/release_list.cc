// waypoint release list
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/json.h"
#include "cli/pages.h"
#include "cli/record_json.h"
#include "cli/record_list.h"
#include "cli/session.h"
#include "waypoint/operation.pb.h"
#include "waypoint/ui.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;
using Bundle = pb::UI::ReleaseBundle;

class ReleaseList : public Command {
 public:
  void Flags(FlagSet& flags) override { list_.Add(flags, true); }

  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("release list takes no arguments");
    return session.ForEachApp([&](const std::string& app) { return RunApp(session, app); });
  }

 private:
  absl::Status RunApp(Session& session, const std::string& app) {
    pb::UI::ListReleasesRequest request;
    *request.mutable_application() = session.operations().Application(app);
    if (!list_.workspace_all) *request.mutable_workspace() = session.operations().Workspace();
    if (auto order = list_.Order()) *request.mutable_order() = *order;
    for (const auto& filter : list_.Filters()) *request.add_status() = filter;
    std::vector<Bundle> releases;
    absl::Status status = ForEachPage<pb::UI::ListReleasesResponse>(
        session, "UI_ListReleases", request, [&](const pb::UI::ListReleasesResponse& page) {
          // A release that its platform does not know is no news for anybody.
          std::copy_if(page.releases().begin(), page.releases().end(), std::back_inserter(releases),
                       [](const Bundle& bundle) { return !bundle.release().unimplemented(); });
        });
    if (absl::IsUnimplemented(status)) {
      return absl::UnimplementedError("the server is too old for this command; upgrade it, or use an older CLI.");
    }
    RETURN_IF_ERROR(status);
    if (list_.json) {
      Json array = Json::Array();
      for (const Bundle& bundle : releases) array.Add(ReleaseJson(bundle));
      session.ui().Raw(array.Print(), false);
      return absl::OkStatus();
    }
    session.ui().Header(app);
    if (releases.empty()) {
      session.ui().Warning(absl::StrCat("No releases found for application \"", app, "\""));
      return absl::OkStatus();
    }
    ShowTable(session, releases, Latest(session, app));
    return absl::OkStatus();
  }

  std::string Latest(Session& session, const std::string& app) {
    pb::GetLatestReleaseRequest request;
    *request.mutable_application() = session.operations().Application(app);
    *request.mutable_workspace() = session.operations().Workspace();
    auto release = session.Invoke<pb::Release>("GetLatestRelease", request);
    return release.ok() ? release->id() : "";
  }

  void ShowTable(Session& session, const std::vector<Bundle>& releases, const std::string& latest) {
    Table table{.headers = {"", "ID", "Deployment ID", "Platform", "Details", "Started", "Completed", "Health"},
                .rows = {}};
    if (list_.url) table.headers.push_back("URL");
    for (const Bundle& bundle : releases) {
      const pb::Release& release = bundle.release();
      Cell bullet = Bullet(release.status());
      if (release.id() == latest) {
        bullet = Cell("🚀", "green");
      } else if (release.state() == pb::Operation::DESTROYED) {
        bullet = Cell("●");
      }
      std::vector<Cell> row = {bullet,
                               ShownId(release.sequence(), release.id(), list_.long_ids),
                               DeploymentOf(release),
                               release.component().name(),
                               absl::StrJoin(Details(session, release), "\n"),
                               TimeCell(session, release.status().start_time()),
                               TimeCell(session, release.status().complete_time()),
                               HealthCell(session, bundle.latest_status_report())};
      if (list_.url) row.emplace_back(release.url().empty() ? "n/a" : release.url());
      table.rows.push_back(std::move(row));
    }
    session.ui().Show(table);
  }

  std::string DeploymentOf(const pb::Release& release) const {
    const uint64_t sequence = release.preload().deployment().sequence();
    return sequence == 0 ? release.deployment_id() : ShownId(sequence, release.deployment_id(), list_.long_ids);
  }

  std::vector<std::string> Details(Session& session, const pb::Release& release) const {
    std::vector<std::string> details;
    if (auto user = release.labels().find("common/user"); user != release.labels().end()) {
      details.push_back("user:" + user->second);
    }
    if (std::string text = PipelineOf(session, release.job_id()); !text.empty()) details.push_back(text);
    const pb::PushedArtifact& artifact = release.preload().artifact();
    if (artifact.sequence() > 0) {
      details.push_back(absl::StrCat("artifact:", ShownId(artifact.sequence(), artifact.id(), list_.long_ids)));
    }
    if (list_.verbose) {
      AddLabels("release.", release.labels(), details);
      AddLabels("artifact.", artifact.labels(), details);
      AddLabels("build.", release.preload().build().labels(), details);
    }
    return details;
  }

  ListFlags list_;
};

}  // namespace

CommandInfo ReleaseListCommand() {
  return {.words = "release list",
          .arguments = "",
          .synopsis = "List releases",
          .help =
              "Lists the releases of every app of the project, or of the one of -app. The one with the rocket is "
              "live.",
          .needs = {.config = true, .project = true, .apps = true},
          .make = Make<ReleaseList>};
}

}  // namespace waypoint::cli
