#include "server/oidc/oidc_users.h"

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

}  // namespace

pb::User UserOfClaims(state::Txn& txn, const UserIndex& index, const auth::JsonObject& claims) {
  pb::User::Link::OIDC link;
  link.set_iss(auth::TextMember(claims, "iss"));
  link.set_sub(auth::TextMember(claims, "sub"));
  if (const std::string key = index.ByLink(link.iss(), link.sub()); !key.empty()) return *GetUserById(txn, key);
  const std::string email = VerifiedEmail(claims);
  const std::string known = email.empty() ? std::string() : index.ByEmail(email);
  pb::User user;
  if (!known.empty()) {
    user = *GetUserById(txn, known);
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
