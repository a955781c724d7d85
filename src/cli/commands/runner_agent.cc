// waypoint runner agent: a runner that serves everybody.
#include <algorithm>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/status.h"
#include "cli/agent.h"
#include "cli/commands/commands.h"
#include "cli/session.h"

namespace waypoint::cli {
namespace {

class Agent : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.String(&options_.id, {.name = "id", .usage = "The id to register with; a new one if not given."});
    flags.String(&options_.state_dir, {.name = "state-dir", .usage = "Folder that keeps id and token over restarts."});
    flags.String(
        &options_.cookie,
        {.name = "cookie", .usage = "The server's cookie, to ask for adoption.", .env = "WAYPOINT_SERVER_COOKIE"});
    flags.Map(&options_.labels, {.name = "label", .usage = "Labels of this runner."});
    flags.Int(&options_.concurrency, {.name = "concurrency",
                                      .usage = "Jobs at the same time; 0 = three for each "
                                               "processor."});
    flags.Bool(&options_.dynamic_config, {.name = "enable-dynamic-config", .usage = "Follow dynamic configuration."});
    flags.String(&options_.liveness_address, {.name = "liveness-tcp-addr",
                                              .usage = "Address that accepts connections while the runner "
                                                       "lives."});
    flags.Bool(&options_.on_demand, {.name = "odr", .usage = "Run one job, then end.", .hidden = true});
    flags.String(&options_.profile_id,
                 {.name = "odr-profile-id", .usage = "The profile it was started from.", .hidden = true});
  }

  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("runner agent takes no arguments");
    World& world = session.world();
    options_.concurrency = options_.concurrency == 0 ? 3 * std::max(1u, std::thread::hardware_concurrency())
                                                     : std::max<int64_t>(1, options_.concurrency);
    absl::StatusOr<std::optional<clicontext::Connection>> found =
        clicontext::ResolveConnection(session.contexts(), world.env);
    if (!found.ok()) return session.Fail(found.status());
    if (!found->has_value()) {
      return session.Fail(
          "no server is configured for this runner. Set WAYPOINT_SERVER_ADDR (and WAYPOINT_SERVER_TOKEN, or give "
          "-cookie), or choose a context with \"waypoint context use\".");
    }
    clicontext::Connection server = **found;
    options_.token = std::exchange(server.token, "");  // the runner may get a better one
    options_.working_folder = world.working_folder;
    session.ui().Header("Runner configuration:");
    session.ui().NamedValues({{"Server address", server.address},
                              {"Type", options_.on_demand ? "on-demand" : "remote"},
                              {"Concurrency", absl::StrCat(options_.concurrency)}});
    session.ui().Header("Runner logs:");
    session.ui().Line("");
    StartLogging({.level = std::min(GetLogLevel(), LogLevel::kInfo), .name = "waypoint", .fd = 1});
    absl::StatusOr<std::unique_ptr<client::Channel>> channel = world.dial(server, absl::Seconds(10));
    if (!channel.ok()) return session.Fail(channel.status());
    const absl::Status status = world.run_agent(**channel, options_);
    return status.ok() || world.interrupt.stop_requested() ? 0 : session.Fail(status);
  }

 private:
  AgentOptions options_;
};

}  // namespace

CommandInfo RunnerAgentCommand() {
  return {.words = "runner agent",
          .arguments = "",
          .synopsis = "Run a runner in the foreground",
          .help = "Runs a runner that executes the jobs of its server, until it is interrupted.",
          .needs = kNeedsNothing,
          .make = Make<Agent>};
}

}  // namespace waypoint::cli
