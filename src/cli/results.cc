#include "cli/results.h"

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "waypoint/job.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;
using Final = pb::Variable::FinalValue;

constexpr size_t kValueColumns = 45;

std::string SourceName(Final::Source source) {
  switch (source) {
    case Final::DEFAULT:
      return "default";
    case Final::FILE:
      return "file";
    case Final::CLI:
      return "cli";
    case Final::ENV:
      return "env";
    case Final::VCS:
      return "vcs";
    case Final::SERVER:
      return "server";
    case Final::DYNAMIC:
      return "dynamic";
    default:
      return "unknown";
  }
}

std::pair<std::string, std::string> ValueAndType(const Final& value) {
  switch (value.value_case()) {
    case Final::kSensitive:
      return {value.sensitive(), "sensitive"};
    case Final::kStr:
      return {value.str(), "string"};
    case Final::kBool:
      return {value.bool_() ? "true" : "false", "bool"};
    case Final::kNum:
      return {absl::StrCat(value.num()), "int"};
    case Final::kHcl:
      return {value.hcl(), "complex"};
    case Final::VALUE_NOT_SET:
      break;
  }
  return {"", ""};
}

std::string BrokenEvery(const std::string& text, size_t columns) {
  std::string out;
  for (size_t at = 0; at < text.size(); at += columns) {
    absl::StrAppend(&out, at == 0 ? "" : "\n", text.substr(at, columns));
  }
  return out;
}

}  // namespace

absl::Status ShowVariables(Session& session, const std::string& job_id) {
  pb::GetJobRequest request;
  request.set_job_id(job_id);
  ASSIGN_OR_RETURN(auto job, session.Invoke<pb::Job>("GetJob", request));
  if (job.variable_final_values().empty()) return absl::OkStatus();
  const std::map<std::string, Final> sorted(job.variable_final_values().begin(), job.variable_final_values().end());
  Table table{.headers = {"Variable", "Value", "Type", "Source"}, .rows = {}};
  for (const auto& [name, value] : sorted) {
    const auto [text, type] = ValueAndType(value);
    table.rows.push_back({Cell(name, "green"), BrokenEvery(text, kValueColumns), type, SourceName(value.source())});
  }
  session.ui().Header("Variables used:");
  session.ui().Show(table);
  return absl::OkStatus();
}

std::string WithScheme(const std::string& url) {
  return url.empty() || absl::StrContains(url, "://") ? url : absl::StrCat("https://", url);
}

bool IsInPlace(const pb::Deployment& deployment) {
  return !deployment.generation().id().empty() && deployment.generation().initial_sequence() != deployment.sequence();
}

void ShowUrls(Session& session, const Urls& urls) {
  Ui& ui = session.ui();
  ui.Line("");
  if (urls.release.empty() && urls.app.empty() && urls.deploy.empty()) {
    ui.Success(urls.in_place ? "The deploy was successful! The app was updated in place."
                             : "The deploy was successful!");
    ui.Line("");
    ui.Line(
        "Neither the platform nor the release told a URL, so none can be printed here.\n"
        "\"waypoint status\" and \"waypoint deployment list\" show what runs.\n");
    return;
  }
  ui.Success(urls.in_place ? "The deploy was successful! The app was updated in place." : "The deploy was successful!");
  ui.Line("");
  if (!urls.release.empty()) {
    ui.Line(absl::StrCat("   Release URL: ", WithScheme(urls.release)));
  } else if (!urls.app.empty()) {
    ui.Line(absl::StrCat("           URL: ", WithScheme(urls.app)));
  }
  if (!urls.deploy.empty()) ui.Line(absl::StrCat("Deployment URL: ", WithScheme(urls.deploy)));
  ui.Line("");
}

}  // namespace waypoint::cli
