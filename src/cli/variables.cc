#include "cli/variables.h"

#include "absl/strings/strip.h"
#include "base/status.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr char kPrefix[] = "WP_VAR_";

}  // namespace

absl::StatusOr<std::vector<pb::Variable>> CollectVariables(const Environment& env,
                                                           const std::vector<std::string>& files,
                                                           const std::map<std::string, std::string>& flags) {
  std::vector<pb::Variable> variables;
  for (const auto& [name, value] : env.values()) {
    absl::string_view rest = name;
    if (!absl::ConsumePrefix(&rest, kPrefix) || rest.empty()) continue;
    pb::Variable& variable = variables.emplace_back();
    variable.set_name(std::string(rest));
    variable.set_str(value);
    variable.mutable_env();
  }
  if (!files.empty()) return absl::UnimplementedError("-var-file is not available yet; use -var instead");
  for (const auto& [name, value] : flags) {
    pb::Variable& variable = variables.emplace_back();
    variable.set_name(name);
    variable.set_str(value);
    variable.mutable_cli();
  }
  return variables;
}

}  // namespace waypoint::cli
