// waypoint server start, stop, status and local-run: the per-user server.
#include "absl/strings/str_cat.h"
#include "cli/commands/commands.h"
#include "cli/local/local_run.h"
#include "cli/local/local_server.h"
#include "cli/session.h"

namespace waypoint::cli {
namespace {

class Start : public Command {
 public:
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("server start takes no arguments");
    auto access =
        session.local_server().Ensure([&](const auto& running) { return session.LocalServerIsBusy(running); });
    if (!access.ok()) return session.Fail(access.status());
    session.ui().Success(
        absl::StrCat("The local server ", access->started ? "was started" : "runs already", " on ", access->address));
    return 0;
  }
};

class Stop : public Command {
 public:
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("server stop takes no arguments");
    absl::StatusOr<bool> stopped = session.local_server().Stop();
    if (!stopped.ok()) return session.Fail(stopped.status());
    session.ui().Success(*stopped ? "The local server was stopped. The next command that needs it starts it again."
                                  : "The local server does not run.");
    return 0;
  }
};

class State : public Command {
 public:
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("server status takes no arguments");
    const LocalServer server = session.local_server();
    const std::optional<ServerState> state = server.Running();
    std::vector<std::pair<std::string, std::string>> values;
    if (!state.has_value()) {
      session.ui().Line("The local server does not run.");
    } else {
      values = {{"Address", state->address},
                {"Process", absl::StrCat(state->process.pid)},
                {"Version", "v" + state->program.version},
                {"Program", state->program.executable}};
    }
    values.insert(values.end(), {{"Folder", server.folder()}, {"Log", server.LogPath()}});
    session.ui().NamedValues(values);
    NoteConfigured(session);
    return state.has_value() ? 0 : 1;
  }

 private:
  void NoteConfigured(Session& session) {
    auto connection = clicontext::ResolveConnection(session.contexts(), session.world().env);
    if (!connection.ok() || !connection->has_value()) return;
    session.ui().Line(absl::StrCat("Commands use another server, which is configured: ", (*connection)->address));
  }
};

class LocalRun : public Command {
 public:
  int Run(Session& session) override {
    if (session.args().size() != 1) return session.Usage("server local-run takes one folder");
    World& world = session.world();
    return RunLocalServer(session.args()[0], world.version, world.start_server, world.interrupt);
  }
};

}  // namespace

std::vector<CommandInfo> LocalServerCommands() {
  return {{.words = "server start",
           .arguments = "",
           .synopsis = "Start the local server of this user, if it does not run",
           .help = "Starts the server that is used when no other one is configured. Commands that need it start it by "
                   "themselves; it goes on in the background until \"waypoint server stop\".",
           .needs = kNeedsNothing,
           .make = Make<Start>},
          {.words = "server stop",
           .arguments = "",
           .synopsis = "Stop the local server of this user",
           .help = "Stops the server that is used when no other one is configured. Deployed apps go on running.",
           .needs = kNeedsNothing,
           .make = Make<Stop>},
          {.words = "server status",
           .arguments = "",
           .synopsis = "Show whether the local server of this user runs",
           .help = "Shows address, process, version and files of the server that is used when no other one is "
                   "configured. Exits with 1 if it does not run.",
           .needs = kNeedsNothing,
           .make = Make<State>},
          {.words = "server local-run",
           .arguments = "FOLDER",
           .synopsis = "The process of the local server",
           .help = "",
           .needs = kNeedsNothing,
           .make = Make<LocalRun>,
           .hidden = true}};
}

}  // namespace waypoint::cli
