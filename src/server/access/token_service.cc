#include "server/access/token_service.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "auth/label_hash.h"
#include "auth/token.h"
#include "base/status.h"
#include "server/access/signing.h"
#include "server/access/users.h"
#include "server/answer.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

// The user behind the call. A runner is nobody.
absl::StatusOr<std::string> CurrentUser(const Caller& caller) {
  using Kind = auth::Identity::Kind;
  const Kind kind = caller.identity.kind;
  if (kind == Kind::kUser || kind == Kind::kEntrypoint) return caller.identity.user_id;
  if (kind == Kind::kSuperuser) return std::string(auth::kDefaultUserId);
  return absl::UnauthenticatedError("there is no user behind this call; use a login token");
}

// Empty: without end.
absl::StatusOr<absl::Duration> OptionalLifetime(const std::string& text) {
  if (text.empty()) return absl::ZeroDuration();
  return auth::ParseLifetime(text);
}

absl::StatusOr<pb::Token> LoginBody(const state::View& view, const UserIndex& users, const Caller& caller,
                                    const pb::LoginTokenRequest& request) {
  ASSIGN_OR_RETURN(std::string current, CurrentUser(caller));
  std::string user_id = current;
  if (request.has_user()) {
    ASSIGN_OR_RETURN(UserPtr user, FindUser(view, users, request.user()));
    user_id = user->id();
  }
  pb::Token body;
  if (request.trigger()) {
    body.mutable_trigger()->set_from_user_id(current);
  } else {
    body.mutable_login()->set_user_id(user_id);
  }
  return body;
}

absl::StatusOr<pb::Token> InviteBody(const state::View& view, const Caller& caller,
                                     const pb::InviteTokenRequest& request) {
  absl::StatusOr<std::string> current = CurrentUser(caller);
  // A runner deploys, so it may invite entrypoints, in the name of the default user.
  if (!current.ok() && request.has_unused_entrypoint() && caller.identity.kind == auth::Identity::Kind::kRunner) {
    current = std::string(auth::kDefaultUserId);
  }
  if (!current.ok()) return current.status();
  pb::Token body;
  pb::Token::Invite& invite = *body.mutable_invite();
  invite.set_from_user_id(*current);
  if (request.has_unused_entrypoint()) {
    invite.mutable_login()->set_user_id(auth::kDefaultUserId);
    *invite.mutable_login()->mutable_entrypoint() = request.unused_entrypoint();
  } else {
    if (request.has_signup()) *invite.mutable_signup() = request.signup();
    if (request.has_login()) {
      *invite.mutable_login() = request.login();
    } else {
      invite.mutable_login()->set_user_id(*current);
    }
  }
  const std::string& user_id = invite.login().user_id();
  if (!invite.has_signup() && user_id != *current && GetUserById(view, user_id) == nullptr) {
    return absl::NotFoundError(absl::StrCat("there is no user with the id \"", user_id, "\" to invite"));
  }
  return body;
}

absl::StatusOr<pb::Token> ConvertedBody(state::Txn& txn, const std::string& text) {
  ASSIGN_OR_RETURN(auth::DecodedToken decoded, ReadToken(txn, text, txn.now()));
  if (!decoded.token.has_invite()) {
    return absl::UnknownError("this is no invite token; a login token can be used as it is");
  }
  const pb::Token::Invite& invite = decoded.token.invite();
  pb::Token body;
  *body.mutable_login() = invite.login();
  if (invite.has_signup()) {
    const std::string& name = invite.signup().initial_username();
    RETURN_IF_ERROR(CheckUsername("signup.initial_username", name));
    pb::User user;
    user.set_id(txn.ids().Ulid());
    user.set_username(name);
    PutUser(txn, user);
    body.mutable_login()->set_user_id(user.id());
  }
  return body;
}

}  // namespace

void TokenService::Register(Table& table) {
  table.Unary("BootstrapToken", Needs::kNobody, *this, &TokenService::Bootstrap);
  table.Unary("DecodeToken", Needs::kNobody, *this, &TokenService::Decode);
  table.Unary("ConvertInviteToken", Needs::kNobody, *this, &TokenService::ConvertInvite);
  table.Unary("GenerateLoginToken", Needs::kUser, *this, &TokenService::GenerateLogin);
  table.Unary("GenerateRunnerToken", Needs::kUser, *this, &TokenService::GenerateRunner);
  table.Unary("GenerateInviteToken", Needs::kUser, *this, &TokenService::GenerateInvite);
}

void TokenService::Bootstrap(const Caller&, const google::protobuf::Empty&, NewToken reply) {
  AnswerUpdate<pb::NewTokenResponse>(store_, std::move(reply),
                                     [](state::Txn& txn, pb::NewTokenResponse* response) -> absl::Status {
                                       if (Bootstrapped(txn))
                                         return absl::PermissionDeniedError("the server is already bootstrapped");
                                       response->set_token(FirstUserToken(txn));
                                       return absl::OkStatus();
                                     });
}

void TokenService::Decode(const Caller&, const pb::DecodeTokenRequest& request, Reply<pb::DecodeTokenResponse> reply) {
  AnswerRead<pb::DecodeTokenResponse>(
      store_, std::move(reply),
      [this, request](const state::View& view, pb::DecodeTokenResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(auth::DecodedToken decoded, ReadToken(view, request.token(), clock_.Now()));
        *response->mutable_token() = std::move(decoded.token);
        *response->mutable_transport() = std::move(decoded.transport);
        return absl::OkStatus();
      });
}

void TokenService::GenerateLogin(const Caller& caller, const pb::LoginTokenRequest& request, NewToken reply) {
  AnswerUpdate<pb::NewTokenResponse>(store_, std::move(reply),
                                     [&](state::Txn& txn, pb::NewTokenResponse* response) -> absl::Status {
                                       ASSIGN_OR_RETURN(absl::Duration lifetime, OptionalLifetime(request.duration()));
                                       ASSIGN_OR_RETURN(pb::Token body, LoginBody(txn, users_, caller, request));
                                       response->set_token(SignToken(txn, std::move(body), lifetime));
                                       return absl::OkStatus();
                                     });
}

void TokenService::GenerateRunner(const Caller& caller, const pb::GenerateRunnerTokenRequest& request, NewToken reply) {
  AnswerUpdate<pb::NewTokenResponse>(
      store_, std::move(reply), [&](state::Txn& txn, pb::NewTokenResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(absl::Duration lifetime, OptionalLifetime(request.duration()));
        if (caller.identity.kind == auth::Identity::Kind::kRunner && caller.identity.runner_id != request.id()) {
          return absl::InvalidArgumentError(
              absl::StrCat("a runner's token can only make tokens for the same runner (\"", caller.identity.runner_id,
                           "\"), not for \"", request.id(), "\""));
        }
        pb::Token body;
        body.mutable_runner()->set_id(request.id());
        if (!request.labels().empty()) body.mutable_runner()->set_label_hash(auth::RunnerLabelHash(request.labels()));
        response->set_token(SignToken(txn, std::move(body), lifetime));
        return absl::OkStatus();
      });
}

void TokenService::GenerateInvite(const Caller& caller, const pb::InviteTokenRequest& request, NewToken reply) {
  AnswerUpdate<pb::NewTokenResponse>(
      store_, std::move(reply), [&](state::Txn& txn, pb::NewTokenResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(absl::Duration lifetime, auth::ParseLifetime(request.duration()));
        ASSIGN_OR_RETURN(pb::Token body, InviteBody(txn, caller, request));
        response->set_token(SignToken(txn, std::move(body), lifetime));
        return absl::OkStatus();
      });
}

void TokenService::ConvertInvite(const Caller&, const pb::ConvertInviteTokenRequest& request, NewToken reply) {
  AnswerUpdate<pb::NewTokenResponse>(store_, std::move(reply),
                                     [&](state::Txn& txn, pb::NewTokenResponse* response) -> absl::Status {
                                       ASSIGN_OR_RETURN(pb::Token body, ConvertedBody(txn, request.token()));
                                       response->set_token(SignToken(txn, std::move(body)));
                                       return absl::OkStatus();
                                     });
}

}  // namespace waypoint::server
