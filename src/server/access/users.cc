#include "server/access/users.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "errors/details.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

constexpr size_t kMaxNameBytes = 38;

bool IsNameChar(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-'; }

// ^[a-z\d][a-z\d_-]*[a-z\d]+$ without case.
bool IsUsername(absl::string_view name) {
  if (name.size() < 2) return false;
  for (char c : name) {
    if (!IsNameChar(c)) return false;
  }
  return absl::ascii_isalnum(static_cast<unsigned char>(name.front())) &&
         absl::ascii_isalnum(static_cast<unsigned char>(name.back()));
}

absl::Status NoSuchUser(absl::string_view key, absl::string_view value) {
  return absl::NotFoundError(absl::StrCat("there is no user with the ", key, " \"", value, "\""));
}

}  // namespace

UserPtr GetUserById(const state::View& view, absl::string_view id) {
  return view.Get<pb::User>(absl::AsciiStrToLower(id));
}

absl::StatusOr<UserPtr> FindUser(const state::View& view, const UserIndex& index, const pb::Ref::User& ref) {
  if (ref.has_id()) {
    UserPtr user = GetUserById(view, ref.id().id());
    if (user == nullptr) return NoSuchUser("id", ref.id().id());
    return user;
  }
  if (ref.has_username()) {
    const std::string key = index.ByName(ref.username().username());
    if (key.empty()) return NoSuchUser("username", ref.username().username());
    return GetUserById(view, key);
  }
  return absl::FailedPreconditionError("the reference to a user has neither id nor username");
}

bool AnyUser(const state::View& view) {
  bool any = false;
  view.ForEach<pb::User>("", [&any](const std::string&, const pb::User&) {
    any = true;
    return false;
  });
  return any;
}

void PutUser(state::Txn& txn, pb::User user) {
  const std::string key = absl::AsciiStrToLower(user.id());
  txn.Put(key, std::move(user));
}

absl::Status CheckUsername(absl::string_view field, absl::string_view name) {
  if (name.empty()) return InvalidFields({{std::string(field), "cannot be blank"}});
  if (name.size() > kMaxNameBytes) {
    return InvalidFields({{std::string(field), absl::StrCat("must be no longer than ", kMaxNameBytes, " bytes")}});
  }
  if (!IsUsername(name)) {
    return InvalidFields(
        {{std::string(field), "must have at least two characters: letters, digits, and between them also - and _"}});
  }
  return absl::OkStatus();
}

}  // namespace waypoint::server
