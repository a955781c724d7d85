// Who a checked token speaks for (auth.md).
#pragma once

#include <cstdint>
#include <string>

namespace waypoint::auth {

struct Identity {
  enum class Kind {
    kAnonymous,   // no token was needed or given
    kSuperuser,   // local mode without authentication
    kUser,        // login token
    kRunner,      // runner token, or a login token used by a runner
    kEntrypoint,  // token bound to one deployment
    kTrigger,     // token that may only run triggers
  };
  Kind kind = Kind::kAnonymous;
  std::string user_id;
  std::string runner_id;           // empty: any runner
  uint64_t runner_label_hash = 0;  // 0: any labels
  std::string deployment_id;
};

}  // namespace waypoint::auth
