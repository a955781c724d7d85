// Cookie, token and rights of each call, from the store (auth.md 3).
//
// Owns:    a bounded cache of tokens whose signature was checked, by their text.
// Threads: the loop.
// Errors:  those of auth.md 10. Refusals of runners that are not adopted come after 5 s.
#pragma once

#include <string>

#include "absl/container/flat_hash_map.h"
#include "auth/token.h"
#include "base/clock.h"
#include "server/guard.h"
#include "state/store.h"

namespace waypoint::server {

class AccessGuard : public Guard {
 public:
  AccessGuard(state::Store& store, Clock& clock) : store_(store), clock_(clock) {}
  void Check(const std::string& method, Needs needs, const Presented& presented,
             std::function<void(absl::StatusOr<auth::Identity>)> answer) override;

 private:
  struct Checked {
    ::hashicorp::waypoint::Token token;
    bool legacy = false;
  };
  using Answer = std::function<void(absl::StatusOr<auth::Identity>)>;

  absl::Status CheckCookie(const std::string& cookie);
  absl::StatusOr<const Checked*> Read(const std::string& text);
  auth::Identity AnonymousOr(const std::string& token);
  void Decide(const Checked& checked, const std::string& method, Answer answer);
  // A token of before 0.5 makes its user when there is none yet.
  bool MakeLegacyUser(const Checked& checked);

  state::Store& store_;
  Clock& clock_;
  // absl's hash is seeded anew in each process, so that the time of a look-up tells nothing about a token.
  absl::flat_hash_map<std::string, Checked> cache_;
};

}  // namespace waypoint::server
