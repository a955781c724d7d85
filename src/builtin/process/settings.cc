#include "builtin/process/settings.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/go_duration.h"

namespace waypoint::builtin::process {

absl::Status Decode(const plugin::Json& value, Words* out) {
  out->words.clear();
  if (plugin::IsNull(value)) return absl::OkStatus();
  if (value.kind_case() == plugin::Json::kStringValue) {
    if (!value.string_value().empty()) out->words = {value.string_value()};
    return absl::OkStatus();
  }
  if (!value.has_list_value()) {
    return absl::InvalidArgumentError("must be one string (for the shell) or a list of words");
  }
  for (const plugin::Json& word : value.list_value().values()) {
    if (word.kind_case() != plugin::Json::kStringValue)
      return absl::InvalidArgumentError("every word must be a string");
    out->words.push_back(word.string_value());
  }
  return absl::OkStatus();
}

absl::StatusOr<absl::Duration> ParseDuration(absl::string_view field, absl::string_view text, absl::Duration fallback) {
  if (text.empty()) return fallback;
  absl::Duration duration;
  double seconds = 0;
  if (absl::SimpleAtod(text, &seconds)) {
    duration = absl::Seconds(seconds);
  } else if (const auto parsed = ParseGoDuration(text)) {
    duration = *parsed;
  } else {
    return absl::InvalidArgumentError(absl::StrCat(field, ": \"", text, "\" is no duration; write it like \"10s\""));
  }
  if (duration < absl::ZeroDuration() || duration > absl::Hours(24)) {
    return absl::InvalidArgumentError(absl::StrCat(field, ": must be between 0 and 24h"));
  }
  return duration;
}

pb::State::Owner OwnerOf(const hashicorp::waypoint::sdk::Args::JobInfo& job) {
  pb::State::Owner owner;
  owner.set_project(job.project());
  owner.set_app(job.app());
  owner.set_workspace(job.workspace());
  return owner;
}

std::vector<std::string> ToEnvironment(const std::map<std::string, std::string>& values) {
  std::vector<std::string> env;
  env.reserve(values.size());
  for (const auto& [key, value] : values) env.push_back(absl::StrCat(key, "=", value));
  return env;
}

std::vector<std::string> EntrypointEnvironment(const hashicorp::waypoint::sdk::Args::DeploymentConfig& config) {
  std::vector<std::string> env = {absl::StrCat("WAYPOINT_DEPLOYMENT_ID=", config.id())};
  if (config.server_addr().empty()) {
    env.push_back("WAYPOINT_SERVER_DISABLE=1");
    return env;
  }
  env.push_back(absl::StrCat("WAYPOINT_SERVER_ADDR=", config.server_addr()));
  if (config.server_tls()) env.push_back("WAYPOINT_SERVER_TLS=1");
  if (config.server_tls_skip_verify()) env.push_back("WAYPOINT_SERVER_TLS_SKIP_VERIFY=1");
  if (!config.entrypoint_invite_token().empty()) {
    env.push_back(absl::StrCat("WAYPOINT_CEB_INVITE_TOKEN=", config.entrypoint_invite_token()));
  }
  return env;
}

}  // namespace waypoint::builtin::process
