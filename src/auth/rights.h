// What the bearer of a checked token may call (auth.md 3). A pure decision over facts that the caller looks up.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "auth/identity.h"
#include "waypoint/runner.pb.h"
#include "waypoint/token.pb.h"

namespace waypoint::auth {

struct Facts {
  bool user_exists = false;                               // of a login token
  const ::hashicorp::waypoint::Runner* runner = nullptr;  // of a runner token with an id; null: unknown
};

struct Verdict {
  absl::StatusOr<Identity> identity;
  bool tarpit = false;  // answer the refusal only after a while
};

// RPCs that need no token; a bad one is ignored there.
bool IsAnonymous(absl::string_view method);

Verdict Decide(const ::hashicorp::waypoint::Token& token, absl::string_view method, const Facts& facts);

}  // namespace waypoint::auth
