#include "main/program.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "base/environment.h"
#include "base/log.h"
#include "base/real_clock.h"
#include "base/subprocess.h"
#include "cli/app.h"
#include "cli/interrupt.h"
#include "cli/select.h"
#include "main/agent.h"
#include "main/dial.h"
#include "main/local_runner.h"
#include "main/output.h"
#include "main/plugins.h"

namespace waypoint {
namespace {

constexpr char kVersion[] = WAYPOINT_VERSION;

// WAYPOINT_LOG_LEVEL, made more talkative by -v, -vv, -vvv.
absl::Status StartLogs(const Environment& env, int verbosity, bool colors) {
  LogLevel level = LogLevel::kOff;
  if (const std::string text = env.GetOr("WAYPOINT_LOG_LEVEL"); !text.empty()) {
    absl::StatusOr<LogLevel> parsed = ParseLogLevel(text);
    if (!parsed.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("WAYPOINT_LOG_LEVEL is \"", text, "\"; it must be trace, debug, info, warn, error or off"));
    }
    level = *parsed;
  }
  static constexpr LogLevel kLevels[] = {LogLevel::kOff, LogLevel::kInfo, LogLevel::kDebug, LogLevel::kTrace};
  level = std::min(level, kLevels[verbosity]);
  if (level != LogLevel::kOff) StartLogging({.level = level, .name = "waypoint", .color = colors});
  return absl::OkStatus();
}

// With what desktops have for it; without one nothing happens, the address is on the screen.
void OpenBrowser(const std::string& url) {
  SpawnOptions options;
  options.argv = {"xdg-open", url};
  options.in = options.out = options.err = Stdio::Null();
  options.group = SpawnOptions::Group::kNewSession;
  absl::StatusOr<std::unique_ptr<Process>> opener = Process::Spawn(options);
  if (opener.ok()) (*opener)->Detach();
}

}  // namespace

int RunProgram(const std::vector<std::string>& args) {
  const Environment env = Environment::FromProcess();
  cli::Interrupt interrupt;
  RealClock clock;
  main_parts::Output output(clock, env, interrupt.first());
  const cli::Registry registry = cli::AllCommands();
  if (absl::Status status = StartLogs(env, cli::Select(registry, args).verbosity, output.error_colors());
      !status.ok()) {
    output.plain()->Error(status.message());
    return 1;
  }
  std::error_code error;
  cli::World world;
  world.env = env;
  world.working_folder = std::filesystem::current_path(error).string();
  if (error) {
    output.plain()->Error("the working folder does not exist any more; change to another one first");
    return 1;
  }
  world.version = kVersion;
  world.clock = &clock;
  RealIds ids;
  world.ids = &ids;
  world.ui = output.best();
  world.interrupt = interrupt.first();
  world.second_interrupt = interrupt.second();
  world.open_browser = OpenBrowser;
  world.on_hangup = [&](std::function<void()> callback) { interrupt.OnHangup(std::move(callback)); };
  world.raw = output.sink();
  world.error_colors = output.error_colors();
  world.end_with_reader = [&] { interrupt.EndWithReader(STDOUT_FILENO); };
  const plugin::Registry plugins = main_parts::Plugins();
  world.plugins = &plugins;
  world.dial = [](const clicontext::Connection& connection, absl::Duration timeout) {
    return main_parts::DialServer(connection, kVersion, timeout);
  };
  world.local_runner = [&](client::Channel& channel, const std::string& folder) {
    return main_parts::MakeLocalRunner(channel, clock, folder, interrupt.first());
  };
  world.start_server = [](server::ServerOptions options) { return server::Server::Start(std::move(options)); };
  world.run_agent = [&](client::Channel& channel, const cli::AgentOptions& options) {
    return main_parts::RunAgent(channel, clock, options, interrupt.first(), interrupt.second());
  };
  int exit_code = cli::RunCommandLine(registry, world, args, [&] { return output.plain(); });
  if (absl::Status status = output.Complete(); !status.ok()) {
    world.raw(absl::StrCat(status.message(), "\n"), true);
    exit_code = std::max(exit_code, 1);
  }
  FlushLog();
  return exit_code;
}

}  // namespace waypoint
