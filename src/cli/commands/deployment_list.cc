// waypoint deployment list
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/json.h"
#include "cli/record_json.h"
#include "cli/record_list.h"
#include "cli/session.h"
#include "waypoint/operation.pb.h"
#include "waypoint/ui.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;
using Bundle = pb::UI::DeploymentBundle;

constexpr size_t kShortDigest = 7;

class DeploymentList : public Command {
 public:
  void Flags(FlagSet& flags) override { list_.Add(flags, true); }

  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("deployment list takes no arguments");
    return session.ForEachApp([&](const std::string& app) { return RunApp(session, app); });
  }

 private:
  absl::Status RunApp(Session& session, const std::string& app) {
    pb::UI::ListDeploymentsRequest request;
    *request.mutable_application() = session.operations().Application(app);
    if (!list_.workspace_all) *request.mutable_workspace() = session.operations().Workspace();
    if (auto order = list_.Order()) *request.mutable_order() = *order;
    for (const auto& filter : list_.Filters()) *request.add_status() = filter;
    request.set_physical_state(list_.Physical());
    auto list = session.Invoke<pb::UI::ListDeploymentsResponse>("UI_ListDeployments", request);
    if (absl::IsUnimplemented(list.status())) {
      return absl::UnimplementedError("the server is too old for this command; upgrade it, or use an older CLI.");
    }
    RETURN_IF_ERROR(list.status());
    if (list_.json) {
      session.ui().Raw(ToJson(*list).Print(), false);
      return absl::OkStatus();
    }
    session.ui().Header(app);
    if (list->deployments().empty()) {
      session.ui().Warning(absl::StrCat("No deployments found for application \"", app, "\""));
      return absl::OkStatus();
    }
    ShowTable(session, *list, ReleasedDeployment(session, app));
    return absl::OkStatus();
  }

  static Json ToJson(const pb::UI::ListDeploymentsResponse& list) {
    Json array = Json::Array();
    for (const Bundle& bundle : list.deployments()) array.Add(DeploymentJson(bundle));
    return array;
  }

  std::string ReleasedDeployment(Session& session, const std::string& app) {
    pb::GetLatestReleaseRequest request;
    *request.mutable_application() = session.operations().Application(app);
    *request.mutable_workspace() = session.operations().Workspace();
    auto release = session.Invoke<pb::Release>("GetLatestRelease", request);
    return release.ok() ? release->deployment_id() : "";
  }

  void ShowTable(Session& session, const pb::UI::ListDeploymentsResponse& list, const std::string& released) {
    Table table{.headers = {"", "ID", "Platform", "Details", "Started", "Completed", "Health"}, .rows = {}};
    if (list_.url) table.headers.push_back("URL");
    for (const Bundle& bundle : list.deployments()) {
      const pb::Deployment& deployment = bundle.deployment();
      Cell bullet = Bullet(deployment.status());
      if (deployment.id() == released) {
        bullet = Cell("🚀", "green");
      } else if (deployment.state() == pb::Operation::DESTROYED) {
        bullet = Cell("●");
      }
      std::vector<Cell> row = {bullet,
                               ShownId(deployment.sequence(), deployment.id(), list_.long_ids),
                               deployment.component().name(),
                               absl::StrJoin(Details(session, bundle), "\n"),
                               TimeCell(session, deployment.status().start_time()),
                               TimeCell(session, deployment.status().complete_time()),
                               HealthCell(session, bundle.latest_status_report())};
      if (list_.url) {
        const std::string& url = bundle.deploy_url().empty() ? deployment.url() : bundle.deploy_url();
        row.emplace_back(url.empty() ? "n/a" : url);
      }
      table.rows.push_back(std::move(row));
    }
    session.ui().Show(table);
  }

  std::vector<std::string> Details(Session& session, const Bundle& bundle) {
    std::vector<std::string> details;
    const pb::Build& build = bundle.build();
    auto label = [](const auto& labels, const char* name) {
      auto it = labels.find(name);
      return it == labels.end() ? std::string() : it->second;
    };
    if (std::string user = label(bundle.deployment().labels(), "common/user"); !user.empty()) {
      details.push_back("user:" + user);
    } else if (user = label(build.labels(), "common/user"); !user.empty()) {
      details.push_back("build-user:" + user);
    }
    if (std::string text = label(build.labels(), "common/languages"); !text.empty()) {
      details.push_back(absl::StrCat(absl::StrContains(text, ",") ? "languages:" : "language:", text));
    }
    std::string image = label(build.labels(), "common/image-id");
    if (absl::string_view digest = image; absl::ConsumePrefix(&digest, "sha256:")) {
      details.push_back(absl::StrCat("image:", digest.substr(0, kShortDigest)));
    }
    if (std::string text = PipelineOf(session, bundle.deployment().job_id()); !text.empty()) details.push_back(text);
    auto add_id = [&](absl::string_view what, const auto& record) {
      if (record.sequence() == 0) return;
      details.push_back(absl::StrCat(what, ShownId(record.sequence(), record.id(), list_.long_ids)));
    };
    add_id("artifact:", bundle.artifact());
    if (list_.verbose) {
      AddLabels("deployment.", bundle.deployment().labels(), details);
      AddLabels("artifact.", bundle.artifact().labels(), details);
      AddLabels("build.", build.labels(), details);
    }
    std::sort(details.begin(), details.end());
    return details;
  }

  ListFlags list_;
};

}  // namespace

CommandInfo DeploymentListCommand() {
  return {.words = "deployment list",
          .arguments = "",
          .synopsis = "List deployments",
          .help =
              "Lists the deployments of every app of the project, or of the one of -app. The one with the rocket "
              "is released.",
          .needs = {.config = true, .project = true, .apps = true},
          .make = Make<DeploymentList>};
}

}  // namespace waypoint::cli
