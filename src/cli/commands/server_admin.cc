// waypoint server bootstrap, config-set and cookie.
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/session.h"
#include "google/protobuf/empty.pb.h"
#include "waypoint/server.pb.h"
#include "waypoint/token.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

class Bootstrap : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.String(&context_, {.name = "context-create", .usage = "Context to keep the connection in; empty for none."});
    flags.Bool(&set_default_, {.name = "context-set-default", .usage = "Make that context the default."});
  }
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("server bootstrap takes no arguments");
    auto token = session.Invoke<pb::NewTokenResponse>("BootstrapToken", google::protobuf::Empty());
    if (!token.ok()) return session.Fail(Annotate(token.status(), "Error bootstrapping the server"));
    session.ui().Raw(token->token() + "\n", false);
    if (context_.empty()) return 0;
    if (context_ == "bootstrap-timestamp") {
      context_ = absl::StrCat("bootstrap-", absl::ToUnixSeconds(session.world().clock->Now()));
    }
    const absl::Status status = Keep(session, token->token());
    return status.ok() ? 0 : session.Fail(status);
  }

 private:
  absl::Status Keep(Session& session, const std::string& token) {
    clicontext::Context context;
    context.address = session.connection()->address;
    context.tls = session.connection()->tls;
    context.tls_skip_verify = session.connection()->tls_skip_verify;
    context.require_auth = true;
    context.auth_token = token;
    RETURN_IF_ERROR(session.contexts().Set(context_, context));
    return set_default_ ? session.contexts().SetDefault(context_) : absl::OkStatus();
  }

  std::string context_ = "bootstrap-timestamp";
  bool set_default_ = true;
};

class ConfigSet : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.String(&address_, {.name = "advertise-addr",
                             .usage = "Address that deployed apps and runners reach the "
                                      "server at."});
    flags.Bool(&tls_, {.name = "advertise-tls", .usage = "Whether they use TLS there."});
    flags.Bool(&skip_verify_, {.name = "advertise-tls-skip-verify", .usage = "Whether they accept any certificate."});
  }
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("server config-set takes no arguments");
    session.ui().Header("Modifying server configuration with the following settings:");
    session.ui().NamedValues({{"advertise-addr", address_},
                              {"advertise-tls", tls_ ? "true" : "false"},
                              {"advertise-tls-skip-verify", skip_verify_ ? "true" : "false"}});
    pb::SetServerConfigRequest request;
    auto* advertise = request.mutable_config()->add_advertise_addrs();
    advertise->set_addr(address_);
    advertise->set_tls(tls_);
    advertise->set_tls_skip_verify(skip_verify_);
    auto done = session.Invoke<google::protobuf::Empty>("SetServerConfig", request);
    if (!done.ok()) return session.Fail(done.status());
    session.ui().Line("");
    session.ui().Success("Server configuration set!");
    return 0;
  }

 private:
  std::string address_;
  bool tls_ = true, skip_verify_ = false;
};

class Cookie : public Command {
 public:
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("server cookie takes no arguments");
    auto config = session.Invoke<pb::GetServerConfigResponse>("GetServerConfig", google::protobuf::Empty());
    if (!config.ok()) return session.Fail(config.status());
    session.ui().Raw(config->config().cookie() + "\n", false);
    return 0;
  }
};

}  // namespace

std::vector<CommandInfo> ServerAdminCommands() {
  return {{.words = "server bootstrap",
           .arguments = "",
           .synopsis = "Get the first token of a new server",
           .help = "Creates the first user of a server that has none, prints a token for it, and keeps the connection "
                   "as a context.",
           .needs = {.local_server = false, .connection_flags = true},
           .make = Make<Bootstrap>},
          {.words = "server config-set",
           .arguments = "",
           .synopsis = "Set the address the server advertises",
           .help = "",
           .needs = {},
           .make = Make<ConfigSet>},
          {.words = "server cookie",
           .arguments = "",
           .synopsis = "Show the cookie that new runners need",
           .help = "",
           .needs = {},
           .make = Make<Cookie>}};
}

}  // namespace waypoint::cli
