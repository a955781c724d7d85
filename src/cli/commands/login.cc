// waypoint login: a token for a server, kept as a context.
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "cli/browser_login.h"
#include "cli/commands/commands.h"
#include "cli/session.h"
#include "waypoint/access.pb.h"
#include "waypoint/token.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr absl::Duration kTimeout = absl::Seconds(10);

class Login : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.String(&token_, {.name = "token", .usage = "A login token, or an invitation."});
    flags.String(&method_, {.name = "auth-method", .usage = "The way to log in, if the server offers several."});
    flags.Bool(&kubernetes_, {.name = "from-kubernetes", .usage = "Not available yet.", .hidden = true});
    flags.String(&kubernetes_service_, {.name = "from-kubernetes-service", .usage = "", .hidden = true});
    flags.String(&kubernetes_secret_, {.name = "from-kubernetes-secret", .usage = "", .hidden = true});
    flags.String(&kubernetes_namespace_, {.name = "from-kubernetes-namespace", .usage = "", .hidden = true});
  }
  int Run(Session& session) override {
    if (session.args().size() > 1) return session.Usage("login takes the address of one server");
    if (kubernetes_) return session.Fail(NoKubernetes());
    absl::StatusOr<clicontext::Connection> server = Server(session);
    if (!server.ok()) return session.Fail(server.status());
    absl::StatusOr<std::string> token = Exchange(session, *server);
    if (!token.ok()) return session.Fail(token.status());
    server->token = *token;
    // Only a token that works is kept.
    auto checked = session.world().dial(*server, kTimeout);
    absl::Status status = checked.status();
    if (status.ok()) status = client::Invoke<pb::GetUserResponse>(**checked, "GetUser", pb::GetUserRequest()).status();
    if (status.ok()) status = Keep(session, *server);
    if (!status.ok()) return session.Fail(status);
    session.ui().Success("Authentication complete! You're now logged in.");
    return 0;
  }

 private:
  // With the names that were given, for pasting.
  std::string NoKubernetes() const {
    return absl::StrCat("this version of waypoint cannot ask Kubernetes yet. kubectl prints address and token:\n",
                        "  kubectl get service ", kubernetes_service_, InNamespace(), "\n", "  kubectl get secret ",
                        kubernetes_secret_, InNamespace(), " -o jsonpath='{.data.token}' | base64 -d\n",
                        "Then run: waypoint login -token=TOKEN ADDRESS:9701");
  }
  std::string InNamespace() const {
    return kubernetes_namespace_.empty() ? "" : absl::StrCat(" -n ", kubernetes_namespace_);
  }

  absl::StatusOr<clicontext::Connection> Server(Session& session) {
    if (!session.args().empty()) return clicontext::ParseAddressArgument(session.args()[0]);
    ASSIGN_OR_RETURN(
        auto known, clicontext::ResolveConnection(session.contexts(), session.world().env, session.flags().connection));
    if (known.has_value()) return *known;
    return absl::FailedPreconditionError("no server is known yet. Name one: waypoint login HOST:PORT");
  }

  absl::StatusOr<std::string> Exchange(Session& session, clicontext::Connection server) {
    server.token.clear();
    ASSIGN_OR_RETURN(auto channel, session.world().dial(server, kTimeout));
    if (token_.empty()) return LogInWithBrowser(session, *channel, method_);
    pb::DecodeTokenRequest request;
    request.set_token(token_);
    ASSIGN_OR_RETURN(auto decoded, client::Invoke<pb::DecodeTokenResponse>(*channel, "DecodeToken", request));
    if (decoded.token().has_login()) return token_;
    if (!decoded.token().has_invite()) {
      return absl::InvalidArgumentError("this token is neither a login token nor an invitation");
    }
    pb::ConvertInviteTokenRequest convert;
    convert.set_token(token_);
    ASSIGN_OR_RETURN(auto made, client::Invoke<pb::NewTokenResponse>(*channel, "ConvertInviteToken", convert));
    return made.token();
  }

  absl::Status Keep(Session& session, const clicontext::Connection& server) {
    std::string name = absl::StrCat("login_", absl::ToUnixSeconds(session.world().clock->Now()));
    clicontext::Context context;
    if (const std::string chosen = session.contexts().Default(); !chosen.empty()) {
      auto present = session.contexts().Load(chosen);
      if (present.ok() && present->address == server.address) {
        name = chosen;
        context = *present;  // workspace and platform stay
      }
    }
    context.address = server.address;
    context.tls = server.tls;
    context.tls_skip_verify = server.tls_skip_verify;
    context.require_auth = true;
    context.auth_token = server.token;
    RETURN_IF_ERROR(session.contexts().Set(name, context));
    return session.contexts().SetDefault(name);
  }

  std::string token_, method_;
  bool kubernetes_ = false;
  std::string kubernetes_service_ = "waypoint-ui", kubernetes_secret_ = "waypoint-server-token", kubernetes_namespace_;
};

}  // namespace

CommandInfo LoginCommand() {
  return {.words = "login",
          .arguments = "[ADDRESS]",
          .synopsis = "Log in to a Waypoint server",
          .help =
              "Logs in to a server and makes it the default for this user: with a token or an invitation "
              "(-token), else in the browser with an identity provider that the server knows.",
          .needs = {.client = false, .local_server = false, .connection_flags = true},
          .make = Make<Login>};
}

}  // namespace waypoint::cli
