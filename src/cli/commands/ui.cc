// waypoint ui: open the web interface of the server of the default context.
#include "absl/strings/str_cat.h"
#include "base/socket.h"
#include "base/status.h"
#include "cli/browser.h"
#include "cli/commands/commands.h"
#include "cli/session.h"
#include "waypoint/token.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr char kInvitationLife[] = "2m0s";
constexpr int kHttpPort = 9702;

class OpenUi : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.Bool(&authenticate_, {.name = "authenticate", .usage = "Log the browser in as yourself."});
  }

  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("ui takes no arguments");
    const std::string context = session.contexts().Default();
    if (context.empty()) {
      session.ui().Warning(
          "There is no default context, so no server whose interface could be opened. \"waypoint login\" or \"waypoint "
          "context create\" makes one.");
      return 1;
    }
    absl::StatusOr<std::string> url = Url(session, context);
    if (!url.ok()) return session.Fail(url.status());
    session.ui().Line(absl::StrCat("Opening ", authenticate_ ? url->substr(0, url->find('?')) : *url));
    if (absl::Status status = OpenBrowser(session.world().env, *url); !status.ok()) {
      session.ui().Warning(absl::StrCat(status.message(), "; open this address yourself: ", *url));
    }
    return 0;
  }

 private:
  absl::StatusOr<std::string> Url(Session& session, const std::string& name) {
    ASSIGN_OR_RETURN(clicontext::Context context, session.contexts().Load(name));
    ASSIGN_OR_RETURN(HostPort server, ParseHostPort(context.address));
    std::string url = absl::StrCat("https://", server.host, ":", kHttpPort);
    if (!authenticate_) return url;
    RETURN_IF_ERROR(session.Connect(/*may_start_local_server=*/false));
    pb::InviteTokenRequest request;
    request.set_duration(kInvitationLife);
    ASSIGN_OR_RETURN(auto token, session.Invoke<pb::NewTokenResponse>("GenerateInviteToken", request));
    return absl::StrCat(url, "/auth/invite?token=", token.token(), "&cli=true");
  }

  bool authenticate_ = false;
};

}  // namespace

CommandInfo UiCommand() {
  return {.words = "ui",
          .arguments = "",
          .synopsis = "Open the web interface",
          .help = "Opens the web interface of the server of the default context in a browser.",
          .needs = kNeedsNothing,
          .make = Make<OpenUi>};
}

}  // namespace waypoint::cli
