#include "server/oidc/oidc_users.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/access/users.h"

namespace waypoint::server {
namespace {

namespace pb = ::hashicorp::waypoint;

// Empty unless the provider has verified it.
std::string VerifiedEmail(const auth::JsonObject& claims) {
  const auth::JsonValue* verified = auth::FindMember(claims, "email_verified");
  return verified != nullptr && verified->bool_value() ? auth::TextMember(claims, "email") : std::string();
}

bool IsLinked(const pb::User& user, const pb::User::Link::OIDC& to) {
  for (const pb::User::Link& link : user.links()) {
    if (absl::EqualsIgnoreCase(link.oidc().iss(), to.iss()) && absl::EqualsIgnoreCase(link.oidc().sub(), to.sub())) {
      return true;
    }
  }
  return false;
}

}  // namespace

pb::User UserOfClaims(state::Txn& txn, const auth::JsonObject& claims) {
  pb::User::Link::OIDC link;
  link.set_iss(auth::TextMember(claims, "iss"));
  link.set_sub(auth::TextMember(claims, "sub"));
  const std::string email = VerifiedEmail(claims);
  UserPtr linked = FindUserThat(txn, [&link](const pb::User& user) { return IsLinked(user, link); });
  if (linked != nullptr) return *linked;
  pb::User user;
  if (UserPtr known = email.empty() ? nullptr : GetUserByEmail(txn, email)) {
    user = *known;
  } else {
    user.set_id(txn.ids().Ulid());
    user.set_username(absl::StrCat("user_", absl::ToUnixSeconds(txn.now())));
    user.set_email(email);
  }
  *user.add_links()->mutable_oidc() = link;
  PutUser(txn, user);
  return user;
}

}  // namespace waypoint::server
