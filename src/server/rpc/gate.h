// What a caller must show before its call reaches a handler.
//
// Spec:    server-and-state.md 3.3 (versions), 11.1 (cookie); auth.md 3.
// Threads: the loop.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "auth/identity.h"
#include "server/rpc/method_table.h"

namespace waypoint::server {

// From the request's headers.
struct Presented {
  std::vector<absl::string_view> api_protocol, entrypoint_protocol;  // each occurrence
  std::string token, cookie, runner_id;
  bool keepalives = false;
};

// Versions both sides may speak: 1 to 1.
absl::Status Negotiate(const Method& method, const Presented& presented);

// Cookie, token, rights. Implemented by whoever has the keys and the users.
class Guard {
 public:
  virtual ~Guard() = default;
  // Answers once, usually before it returns; a refusal may be delayed.
  virtual void Check(const std::string& method, Needs needs, const Presented& presented,
                     std::function<void(absl::StatusOr<auth::Identity>)> answer) = 0;
};

}  // namespace waypoint::server
