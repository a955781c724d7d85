// waypoint token new, invite and exchange: what `waypoint user` replaced.
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "cli/commands/commands.h"
#include "cli/session.h"
#include "cli/ui/text.h"
#include "waypoint/access.pb.h"
#include "waypoint/token.pb.h"

namespace waypoint::cli {
namespace {

namespace pb = ::hashicorp::waypoint;

void WarnDeprecated(Session& session, absl::string_view instead) {
  session.world().raw(absl::StrCat("waypoint token is deprecated; use: waypoint ", instead, "\n"), true);
}

int Print(Session& session, const absl::StatusOr<pb::NewTokenResponse>& token) {
  if (!token.ok()) return session.Fail(token.status());
  session.ui().Raw(token->token() + "\n", false);
  return 0;
}

class New : public Command {
 public:
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("token new takes no arguments");
    WarnDeprecated(session, "user token");
    return Print(session, session.Invoke<pb::NewTokenResponse>("GenerateLoginToken", pb::LoginTokenRequest()));
  }
};

class Invite : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.Duration(&lifetime_, {.name = "lifetime", .usage = "How long the invitation is valid."});
  }
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("token invite takes no arguments");
    WarnDeprecated(session, "user invite");
    auto user = session.Invoke<pb::GetUserResponse>("GetUser", pb::GetUserRequest());
    if (!user.ok()) return session.Fail(user.status());
    pb::InviteTokenRequest request;
    request.set_duration(GoDuration(lifetime_));
    request.mutable_login()->set_user_id(user->user().id());
    return Print(session, session.Invoke<pb::NewTokenResponse>("GenerateInviteToken", request));
  }

 private:
  absl::Duration lifetime_ = absl::Minutes(5);
};

class Exchange : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.String(&token_, {.name = "token", .usage = "The invitation to exchange."});
  }
  int Run(Session& session) override {
    if (!session.args().empty() || token_.empty()) return session.Usage("token exchange needs -token");
    WarnDeprecated(session, "login -token");
    pb::ConvertInviteTokenRequest request;
    request.set_token(token_);
    return Print(session, session.Invoke<pb::NewTokenResponse>("ConvertInviteToken", request));
  }

 private:
  std::string token_;
};

}  // namespace

std::vector<CommandInfo> TokenCommands() {
  return {{.words = "token new",
           .arguments = "",
           .synopsis = "Make a login token (deprecated: user token)",
           .help = "Makes a token that logs in as yourself and never expires.",
           .needs = {},
           .make = Make<New>,
           .hidden = true},
          {.words = "token invite",
           .arguments = "",
           .synopsis = "Make an invitation (deprecated: user invite)",
           .help = "Makes an invitation that logs in as yourself.",
           .needs = {},
           .make = Make<Invite>,
           .hidden = true},
          {.words = "token exchange",
           .arguments = "",
           .synopsis = "Exchange an invitation for a login token",
           .help = "Exchanges an invitation for a login token.",
           .needs = {.local_server = false},
           .make = Make<Exchange>,
           .hidden = true}};
}

}  // namespace waypoint::cli
