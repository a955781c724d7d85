// What a caller shows, and who decides whether that is enough. No transport here.
//
// Spec:    auth.md 3; server-and-state.md 11.1 (cookie).
// Threads: the loop.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "auth/identity.h"
#include "server/handler.h"

namespace waypoint::server {

// From the request's headers.
struct Presented {
  std::vector<absl::string_view> api_protocol, entrypoint_protocol;  // each occurrence
  std::string token, cookie, runner_id;
  bool keepalives = false;
};

class Guard {
 public:
  virtual ~Guard() = default;
  // Answers once, usually before it returns; a refusal may be delayed.
  virtual void Check(const std::string& method, Needs needs, const Presented& presented,
                     std::function<void(absl::StatusOr<auth::Identity>)> answer) = 0;
};

}  // namespace waypoint::server
