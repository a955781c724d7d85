// Tokens and the keys that sign them, in the store (auth.md 1). Keys are made when first needed and never removed.
//
// Threads: the loop; inside a transaction or a look.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "auth/token.h"
#include "state/store.h"

namespace waypoint::server {

// Text of a token with this body; accessor and issue time are set here.
std::string SignToken(state::Txn& txn, ::hashicorp::waypoint::Token body,
                      absl::Duration lifetime = absl::ZeroDuration());

absl::StatusOr<auth::DecodedToken> ReadToken(const state::View& view, absl::string_view text, absl::Time now);

// How a new on-demand runner finds this server and gets in: WAYPOINT_SERVER_ADDR and its company, with a login
// token of the first user for an hour (jobs-and-runners.md 9).
absl::StatusOr<std::map<std::string, std::string>> OnDemandEnvironment(state::Txn& txn);

// Only while nobody could get in: no key and no user.
bool Bootstrapped(const state::View& view);
// The first user, made if absent, and a token without expiry.
std::string FirstUserToken(state::Txn& txn);

}  // namespace waypoint::server
