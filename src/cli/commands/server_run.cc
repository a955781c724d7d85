// waypoint server run: a server in the foreground.
#include <semaphore>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "cli/commands/commands.h"
#include "cli/session.h"

namespace waypoint::cli {
namespace {

constexpr absl::Duration kGrace = absl::Seconds(5);

class ServerRun : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.String(&db_, {.name = "db", .usage = "Folder the server keeps its data in."});
    flags.String(&options_.grpc_listen, {.name = "listen-grpc", .usage = "Address to serve gRPC on."});
    flags.String(&options_.http_listen, {.name = "listen-http", .usage = "Address to serve HTTP with TLS on."});
    flags.String(&options_.http_insecure_listen,
                 {.name = "listen-http-insecure", .usage = "Address to serve HTTP without TLS on."});
    flags.String(&options_.tls_cert_file, {.name = "tls-cert-file", .usage = "Certificate, watched and reloaded."});
    flags.String(&options_.tls_key_file, {.name = "tls-key-file", .usage = "Its key, watched and reloaded."});
    flags.String(&options_.advertise_addr,
                 {.name = "advertise-addr", .usage = "Address that deployed apps and runners reach this server at."});
    flags.Bool(&options_.advertise_tls, {.name = "advertise-tls", .usage = "Whether they use TLS there."});
    flags.Bool(&options_.advertise_tls_skip_verify,
               {.name = "advertise-tls-skip-verify", .usage = "Whether they accept any certificate."});
    AddRetentionFlags(flags);
    AddAcceptedFlags(flags);
  }

  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("server run takes no arguments");
    World& world = session.world();
    options_.version = "v" + world.version;
    options_.data_dir = db_;
    if (db_.empty()) {
      session.ui().Warning("no folder was given with -db; using data.db in the working folder");
      options_.data_dir = "data.db";
    }
    StartLogging({.level = std::min(GetLogLevel(), LogLevel::kInfo), .name = "waypoint", .fd = 1, .buffered = true});
    auto server = world.start_server(options_);
    if (!server.ok()) return session.Fail(server.status());
    Announce(session, **server);
    std::binary_semaphore stopped(0);
    if (world.on_hangup) world.on_hangup([&server] { (*server)->Reload(); });
    std::stop_callback on_stop(world.interrupt, [&] { stopped.release(); });
    while (!stopped.try_acquire_for(std::chrono::seconds(1))) FlushLog();
    if (world.on_hangup) world.on_hangup([] {});
    (*server)->Shutdown(kGrace);
    FlushLog();
    return 0;
  }

 private:
  void AddRetentionFlags(FlagSet& flags) {
    server::RetentionOptions& retention = options_.retention;
    flags.Uint(&retention.jobs.keep, {.name = "retain-jobs",
                                      .usage = "How many jobs to keep; of more, the oldest finished ones are deleted. "
                                               "0: all."});
    flags.Duration(&retention.jobs.age,
                   {.name = "retain-jobs-for", .usage = "How long to keep finished jobs. 0: forever."});
    flags.Uint(&retention.status_reports.keep,
               {.name = "retain-status-reports", .usage = "How many status reports to keep. 0: all."});
    flags.Duration(&retention.status_reports.age,
                   {.name = "retain-status-reports-for", .usage = "How long to keep status reports. 0: forever."});
    flags.Uint(&retention.deployments,
               {.name = "retain-deployments",
                .usage = "How many deployments lists and lookups know of; older ones stay on disk. 0: all."});
  }

  // Flags of the original whose features do not exist here (URL service, telemetry agents, the web UI): accepted, so
  // that scripts and unit files keep working.
  void AddAcceptedFlags(FlagSet& flags) {
    for (const char* name : {"disable-ui", "accept-tos", "url-enabled", "url-auto-app-hostname", "url-api-insecure",
                             "telemetry-oc-agent-insecure"}) {
      flags.Bool(&unused_bool_, {.name = name, .usage = "Accepted and without effect.", .hidden = true});
    }
    for (const char* name : {"url-api-addr", "url-control-addr", "url-control-token", "telemetry-oc-agent-addr",
                             "telemetry-dd-trace-addr", "telemetry-oc-zpages-addr"}) {
      flags.String(&unused_text_, {.name = name, .usage = "Accepted and without effect.", .hidden = true});
    }
  }

  static server::ServerOptions Defaults() {
    server::ServerOptions options;
    options.http_listen = "127.0.0.1:9702";
    return options;
  }

  void Announce(Session& session, server::Server& server) {
    session.ui().Header("Server configuration:");
    session.ui().NamedValues({{"DB Path", options_.data_dir},
                              {"gRPC Address", options_.grpc_listen},
                              {"HTTP Address", options_.http_listen},
                              {"HTTP Address (insecure)", options_.http_insecure_listen},
                              {"Auth Required", "yes"},
                              {"URL Service", "disabled"}});
    if (!server.bootstrapped()) {
      session.ui().Header("This server was never bootstrapped. To do that and to log in, run:");
      session.ui().Line(absl::StrCat("    waypoint server bootstrap -server-addr=", options_.grpc_listen,
                                     " -server-tls-skip-verify\n"));
    }
    session.ui().Header("Server logs:");
    session.ui().Line("");
  }

  server::ServerOptions options_ = Defaults();
  std::string db_;
  std::string unused_text_;
  bool unused_bool_ = false;
};

}  // namespace

CommandInfo ServerRunCommand() {
  return {.words = "server run",
          .arguments = "",
          .synopsis = "Run a server in the foreground",
          .help =
              "Runs a Waypoint server until it is interrupted.\n\n"
              "On SIGHUP it reads the files of -tls-cert-file and -tls-key-file again (it also notices by itself "
              "when they change), and the log level from the file \"log-level\" in the folder of -db: one of trace, "
              "debug, info, warn, error. Without that file the level is that of the start.",
          .needs = kNeedsNothing,
          .make = Make<ServerRun>};
}

}  // namespace waypoint::cli
