#include "runner/configuration.h"

#include <cstdlib>
#include <set>

#include "absl/status/status.h"
#include "base/files.h"
#include "base/log.h"

namespace waypoint::runner {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr char kLogLevelVariable[] = "WAYPOINT_LOG_LEVEL";

}  // namespace

void Configuration::SetVariable(const std::string& name, const std::string& value) {
  if (originals_.count(name) == 0) {
    const char* original = std::getenv(name.c_str());
    originals_[name] = original != nullptr ? std::optional<std::string>(original) : std::nullopt;
  }
  setenv(name.c_str(), value.c_str(), /*overwrite=*/1);
  if (name != kLogLevelVariable) return;
  if (absl::StatusOr<LogLevel> level = ParseLogLevel(value); level.ok()) SetLogLevel(*level);
}

void Configuration::Revert(const std::string& name, const std::optional<std::string>& original) {
  if (original.has_value()) {
    setenv(name.c_str(), original->c_str(), /*overwrite=*/1);
  } else {
    unsetenv(name.c_str());
  }
}

void Configuration::Apply(const pb::RunnerConfig& config) {
  std::set<std::string> present;
  for (const pb::ConfigVar& variable : config.config_vars()) {
    if (variable.internal() || !variable.has_static_()) {
      if (variable.has_dynamic()) {
        WAYPOINT_LOG(kWarn, "runner", "a dynamic variable of the runner is not resolved", {"name", variable.name()});
      }
      continue;
    }
    if (variable.name_is_path()) {
      absl::Status written = WriteFile(JoinPath(working_folder_, variable.name()), variable.static_());
      if (!written.ok()) WAYPOINT_LOG(kError, "runner", "a configured file", {"error", written.ToString()});
      continue;
    }
    present.insert(variable.name());
    SetVariable(variable.name(), variable.static_());
  }
  for (auto it = originals_.begin(); it != originals_.end();) {
    if (present.count(it->first) != 0) {
      ++it;
      continue;
    }
    Revert(it->first, it->second);
    it = originals_.erase(it);
  }
}

}  // namespace waypoint::runner
