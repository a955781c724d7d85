#include "runner/configuration.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "appconfig/hcl_template.h"
#include "base/environment.h"
#include "base/files.h"
#include "base/log.h"

namespace waypoint::runner {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr char kLogLevelVariable[] = "WAYPOINT_LOG_LEVEL";

void Set(const std::string& entry) {
  const size_t equals = entry.find('=');
  const std::string name = entry.substr(0, equals), value = entry.substr(equals + 1);
  SetProcessVariable(name, value);
  if (name != kLogLevelVariable) return;
  if (absl::StatusOr<LogLevel> level = ParseLogLevel(value); level.ok()) SetLogLevel(*level);
}

}  // namespace

Configuration::Configuration(Clock& clock, ConfigurationOptions options) : options_(std::move(options)) {
  appconfig::WatcherOptions watching;
  watching.dynamic = options_.dynamic;
  watching.sourcers = options_.sourcers;
  watching.evaluate = appconfig::HclTemplates(clock);
  watching.original = CurrentEnvironment();
  watcher_ = appconfig::Watcher::Start(clock, executor_, std::move(watching),
                                       [this](const appconfig::Output& output) { Apply(output); });
}

Configuration::~Configuration() {
  watcher_->Stop();
  absl::Notification stopped;  // nothing of it may still want the clock
  executor_.Post([&stopped] { stopped.Notify(); });
  stopped.WaitForNotification();
}

void Configuration::Update(const pb::RunnerConfig& config) {
  if (!options_.dynamic) WarnOfDynamic(config);
  watcher_->Update({config.config_vars().begin(), config.config_vars().end()},
                   {config.config_sources().begin(), config.config_sources().end()});
  applied_.WaitForNotification();
}

void Configuration::WarnOfDynamic(const pb::RunnerConfig& config) const {
  for (const pb::ConfigVar& variable : config.config_vars()) {
    if (!variable.has_dynamic()) continue;
    WAYPOINT_LOG(kWarn, "runner", "a dynamic variable is left out; agents follow them with -enable-dynamic-config",
                 {"name", variable.name()}, {"source", variable.dynamic().from()});
  }
}

void Configuration::Apply(const appconfig::Output& output) {
  for (const appconfig::File& file : output.files) {
    if (!output.files_changed) break;
    absl::Status written = WriteFile(JoinPath(options_.working_folder, file.path), file.content);
    if (!written.ok()) WAYPOINT_LOG(kError, "runner", "a configured file", {"error", written.ToString()});
  }
  for (const std::string& entry : output.env) Set(entry);
  for (const std::string& name : output.deleted) SetProcessVariable(name, std::nullopt);
  if (!applied_.HasBeenNotified()) applied_.Notify();
}

}  // namespace waypoint::runner
