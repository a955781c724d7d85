#include "server/access/user_service.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "auth/token.h"
#include "base/status.h"
#include "errors/details.h"
#include "server/access/users.h"
#include "server/answer.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

// The caller's own record; empty for a runner, which is no user.
absl::Status FillCurrent(const state::View& view, const Caller& caller, pb::GetUserResponse* response) {
  if (caller.identity.user_id.empty()) return absl::OkStatus();
  UserPtr user = GetUserById(view, caller.identity.user_id);
  if (user != nullptr) *response->mutable_user() = *user;
  return absl::OkStatus();
}

}  // namespace

void UserService::Register(Table& table) {
  table.Unary("GetUser", Needs::kUser, *this, &UserService::Get);
  table.Unary("ListUsers", Needs::kUser, *this, &UserService::List);
  table.Unary("UpdateUser", Needs::kUser, *this, &UserService::Update);
  table.Unary("DeleteUser", Needs::kUser, *this, &UserService::Delete);
}

void UserService::Get(const Caller& caller, const pb::GetUserRequest& request, Reply<pb::GetUserResponse> reply) {
  AnswerRead<pb::GetUserResponse>(
      store_, std::move(reply),
      [this, caller, request](const state::View& view, pb::GetUserResponse* response) -> absl::Status {
        if (!request.has_user()) return FillCurrent(view, caller, response);
        ASSIGN_OR_RETURN(UserPtr user, FindUser(view, index_, request.user()));
        *response->mutable_user() = *user;
        return absl::OkStatus();
      });
}

void UserService::List(const Caller&, const google::protobuf::Empty&, Reply<pb::ListUsersResponse> reply) {
  AnswerRead<pb::ListUsersResponse>(store_, std::move(reply),
                                    [](const state::View& view, pb::ListUsersResponse* response) {
                                      view.ForEach<pb::User>("", [&](const std::string&, const pb::User& user) {
                                        *response->add_users() = user;
                                        return true;
                                      });
                                      return absl::OkStatus();
                                    });
}

void UserService::Update(const Caller&, const pb::UpdateUserRequest& request, Reply<pb::UpdateUserResponse> reply) {
  AnswerUpdate<pb::UpdateUserResponse>(store_, std::move(reply),
                                       [&](state::Txn& txn, pb::UpdateUserResponse* response) -> absl::Status {
                                         if (request.user().id().empty())
                                           return InvalidFields({{"user.id", "cannot be blank"}});
                                         RETURN_IF_ERROR(CheckUsername("user.username", request.user().username()));
                                         pb::Ref::User ref;
                                         ref.mutable_id()->set_id(request.user().id());
                                         ASSIGN_OR_RETURN(UserPtr old, FindUser(txn, index_, ref));
                                         pb::User user = *old;
                                         user.set_username(request.user().username());
                                         user.set_display(request.user().display());
                                         *response->mutable_user() = user;
                                         PutUser(txn, std::move(user));
                                         return absl::OkStatus();
                                       });
}

void UserService::Delete(const Caller&, const pb::DeleteUserRequest& request, Reply<google::protobuf::Empty> reply) {
  if (!request.has_user()) return reply(InvalidFields({{"user", "must be set"}}));
  AnswerUpdate<google::protobuf::Empty>(store_, std::move(reply),
                                        [&](state::Txn& txn, google::protobuf::Empty*) -> absl::Status {
                                          absl::StatusOr<UserPtr> user = FindUser(txn, index_, request.user());
                                          if (absl::IsNotFound(user.status())) return absl::OkStatus();
                                          if (!user.ok()) return user.status();
                                          if (absl::EqualsIgnoreCase((*user)->id(), auth::kDefaultUserId)) {
                                            return absl::FailedPreconditionError("the first user cannot be deleted");
                                          }
                                          if (index_.size() == 1)
                                            return absl::FailedPreconditionError("the last user cannot be deleted");
                                          txn.Delete<pb::User>(absl::AsciiStrToLower((*user)->id()));
                                          return absl::OkStatus();
                                        });
}

}  // namespace waypoint::server
