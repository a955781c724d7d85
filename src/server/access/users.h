// User records (auth.md 5): keyed by lower-cased id. Other names are looked up in the UserIndex.
//
// Threads: the loop; inside a transaction or a look.
// Errors:  FailedPrecondition for a reference that says nothing, NotFound with what was looked for.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/access/user_index.h"
#include "state/store.h"

namespace waypoint::server {

using UserPtr = std::shared_ptr<const ::hashicorp::waypoint::User>;

UserPtr GetUserById(const state::View& view, absl::string_view id);  // null if absent
absl::StatusOr<UserPtr> FindUser(const state::View& view, const UserIndex& index,
                                 const ::hashicorp::waypoint::Ref::User& ref);
bool AnyUser(const state::View& view);

void PutUser(state::Txn& txn, ::hashicorp::waypoint::User user);

// `field` is where the name stands in the request.
absl::Status CheckUsername(absl::string_view field, absl::string_view name);

}  // namespace waypoint::server
