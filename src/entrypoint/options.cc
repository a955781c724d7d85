#include "entrypoint/options.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/subprocess.h"

namespace waypoint::entrypoint {
namespace {

constexpr char kUsage[] = "usage: waypoint-entrypoint COMMAND [ARGUMENT...]";
constexpr char kDefaultPort[] = "PORT=5000";

absl::StatusOr<bool> ReadBool(const std::vector<std::string>& env, absl::string_view name) {
  const std::string text = absl::AsciiStrToLower(EnvironmentValue(env, name));
  if (text.empty() || text == "0" || text == "f" || text == "false") return false;
  if (text == "1" || text == "t" || text == "true") return true;
  return absl::InvalidArgumentError(absl::StrCat(name, "=\"", text, "\" is neither true nor false"));
}

absl::Status CheckPort(std::vector<std::string>* env) {
  const std::string port = EnvironmentValue(*env, "PORT");
  int number = 0;
  if (port.empty()) {
    *env = MergeEnvironment(*env, {kDefaultPort});
  } else if (!absl::SimpleAtoi(port, &number)) {
    return absl::InvalidArgumentError(absl::StrCat("PORT=\"", port, "\" is not a number"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Options> ReadOptions(const std::vector<std::string>& arguments, std::vector<std::string> env) {
  Options options;
  size_t first = 0;
  if (!arguments.empty() && arguments[0] == "--") first = 1;
  if (first < arguments.size() && first == 0 && arguments[0].size() > 1 && arguments[0][0] == '-') {
    return absl::InvalidArgumentError(absl::StrCat("unknown flag ", arguments[0], "\n", kUsage));
  }
  options.command.assign(arguments.begin() + static_cast<long>(first), arguments.end());
  if (options.command.empty()) return absl::InvalidArgumentError(kUsage);
  RETURN_IF_ERROR(CheckPort(&env));
  options.deployment_id = EnvironmentValue(env, "WAYPOINT_DEPLOYMENT_ID");
  options.server_addr = EnvironmentValue(env, "WAYPOINT_SERVER_ADDR");
  options.invite_token = EnvironmentValue(env, "WAYPOINT_CEB_INVITE_TOKEN");
  ASSIGN_OR_RETURN(options.tls, ReadBool(env, "WAYPOINT_SERVER_TLS"));
  ASSIGN_OR_RETURN(options.tls_skip_verify, ReadBool(env, "WAYPOINT_SERVER_TLS_SKIP_VERIFY"));
  ASSIGN_OR_RETURN(options.disabled, ReadBool(env, "WAYPOINT_CEB_DISABLE"));
  ASSIGN_OR_RETURN(options.disable_exec, ReadBool(env, "WAYPOINT_CEB_DISABLE_EXEC"));
  ASSIGN_OR_RETURN(options.server_required, ReadBool(env, "WAYPOINT_CEB_SERVER_REQUIRED"));
  const std::string limit = EnvironmentValue(env, "WAYPOINT_CEB_OUTPUT_LIMIT");
  if (!limit.empty() && !absl::SimpleAtoi(limit, &options.output_limit)) {
    return absl::InvalidArgumentError(absl::StrCat("WAYPOINT_CEB_OUTPUT_LIMIT=\"", limit, "\" is not a number"));
  }
  options.disabled = options.disabled || options.server_addr.empty();
  if (const std::string text = EnvironmentValue(env, "WAYPOINT_LOG_LEVEL"); !text.empty()) {
    absl::StatusOr<LogLevel> level = ParseLogLevel(text);
    if (level.ok()) {
      options.log_level = *level;
    } else {
      options.log_level_error = std::string(level.status().message());
    }
  }
  options.env = std::move(env);
  return options;
}

}  // namespace waypoint::entrypoint
