// User records (auth.md 5): keyed by lower-cased id, names are not unique.
//
// Threads: the loop; inside a transaction or a look.
// Errors:  FailedPrecondition for a reference that says nothing, NotFound with what was looked for.
#pragma once

#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "state/store.h"

namespace waypoint::server {

using UserPtr = std::shared_ptr<const ::hashicorp::waypoint::User>;

UserPtr GetUserById(const state::View& view, absl::string_view id);  // null if absent
// Among several holders of a name the one with the greatest id. Without case.
UserPtr GetUserByName(const state::View& view, absl::string_view name);
UserPtr GetUserByEmail(const state::View& view, absl::string_view email);
// The one with the greatest id of which this is true; null if there is none.
UserPtr FindUserThat(const state::View& view, absl::FunctionRef<bool(const ::hashicorp::waypoint::User&)> is);
absl::StatusOr<UserPtr> FindUser(const state::View& view, const ::hashicorp::waypoint::Ref::User& ref);
size_t CountUsers(const state::View& view);

void PutUser(state::Txn& txn, ::hashicorp::waypoint::User user);

// `field` is where the name stands in the request.
absl::Status CheckUsername(absl::string_view field, absl::string_view name);

}  // namespace waypoint::server
