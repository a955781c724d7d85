// waypoint user inspect, modify, invite and token.
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

absl::StatusOr<pb::User> GetUser(Session& session, const std::string& username) {
  pb::GetUserRequest request;
  if (!username.empty()) request.mutable_user()->mutable_username()->set_username(username);
  ASSIGN_OR_RETURN(auto found, session.Invoke<pb::GetUserResponse>("GetUser", request));
  return found.user();
}

// A bare line, so that scripts can take it.
int PrintToken(Session& session, const absl::StatusOr<pb::NewTokenResponse>& token) {
  if (!token.ok()) return session.Fail(token.status());
  session.ui().Raw(token->token() + "\n", false);
  return 0;
}

class Inspect : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.String(&username_, {.name = "username", .usage = "The user; without it, yourself."});
  }
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("user inspect takes no arguments");
    auto user = GetUser(session, username_);
    if (!user.ok()) return session.Fail(user.status());
    session.ui().Line(user->ShortDebugString());
    return 0;
  }

 private:
  std::string username_;
};

class Modify : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.String(&username_, {.name = "username", .usage = "The user; without it, yourself."});
    flags.String(&new_username_, {.name = "new-username", .usage = "The name to log in with from now on."});
    flags.String(&display_name_, {.name = "display-name", .usage = "The name that is shown."});
  }
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("user modify takes no arguments");
    if (new_username_.empty() && display_name_.empty()) {
      return session.Usage("user modify needs -new-username or -display-name");
    }
    auto user = GetUser(session, username_);
    if (!user.ok()) return session.Fail(user.status());
    pb::UpdateUserRequest request;
    *request.mutable_user() = *user;
    if (!new_username_.empty()) request.mutable_user()->set_username(new_username_);
    if (!display_name_.empty()) request.mutable_user()->set_display(display_name_);
    auto updated = session.Invoke<pb::UpdateUserResponse>("UpdateUser", request);
    if (!updated.ok()) return session.Fail(updated.status());
    session.ui().Success("User modification successful.");
    return 0;
  }

 private:
  std::string username_, new_username_, display_name_;
};

class Invite : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.Duration(&expires_in_, {.name = "expires-in", .usage = "How long the invitation is valid."});
    flags.String(&username_, {.name = "username",
                              .usage = "Make a new user of this name; without it the invitation "
                                       "logs in as yourself."});
  }
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("user invite takes no arguments");
    pb::InviteTokenRequest request;
    request.set_duration(GoDuration(expires_in_));
    if (!username_.empty()) {
      request.mutable_signup()->set_initial_username(username_);
    } else {
      auto user = GetUser(session, "");
      if (!user.ok()) return session.Fail(user.status());
      request.mutable_login()->set_user_id(user->id());
    }
    return PrintToken(session, session.Invoke<pb::NewTokenResponse>("GenerateInviteToken", request));
  }

 private:
  absl::Duration expires_in_ = absl::Hours(24);
  std::string username_;
};

class Token : public Command {
 public:
  void Flags(FlagSet& flags) override {
    flags.Duration(&expires_in_, {.name = "expires-in", .usage = "How long the token is valid."});
    flags.String(&username_, {.name = "username", .usage = "The user; without it, yourself."});
    flags.Bool(&trigger_, {.name = "trigger-url-token", .usage = "A token that may only run triggers."});
  }
  int Run(Session& session) override {
    if (!session.args().empty()) return session.Usage("user token takes no arguments");
    pb::LoginTokenRequest request;
    request.set_duration(GoDuration(expires_in_));
    if (!username_.empty()) request.mutable_user()->mutable_username()->set_username(username_);
    request.set_trigger(trigger_);
    return PrintToken(session, session.Invoke<pb::NewTokenResponse>("GenerateLoginToken", request));
  }

 private:
  absl::Duration expires_in_ = absl::Hours(720);
  std::string username_;
  bool trigger_ = false;
};

template <typename T>
CommandInfo Info(const char* name, const char* synopsis) {
  return {.words = absl::StrCat("user ", name),
          .arguments = "",
          .synopsis = synopsis,
          .help = "",
          .needs = {},
          .make = Make<T>};
}

}  // namespace

std::vector<CommandInfo> UserCommands() {
  return {Info<Inspect>("inspect", "Show a user"), Info<Modify>("modify", "Change a user's names"),
          Info<Invite>("invite", "Invite somebody to this server"), Info<Token>("token", "Make a login token")};
}

}  // namespace waypoint::cli
