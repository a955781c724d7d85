// One HTTP/1.1 request to somebody else, and its answer.
//
// Threads: blocks its caller until the deadline at most.
// Errors:  as server/fetcher.h; InvalidArgument for an URL that is none. Answers beyond 4 MiB are refused.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/fetcher.h"

namespace waypoint::server {

struct Url {
  bool tls = false;
  std::string host;    // without brackets
  std::string origin;  // as a Host header has it: "[::1]:80"
  uint16_t port = 0;
  std::string target;  // "/path?query"
};
absl::StatusOr<Url> ParseUrl(absl::string_view text);

// What came, up to its end; nothing before all is there. `ended`: the peer sends no more.
absl::StatusOr<std::optional<FetchAnswer>> ParseAnswer(absl::string_view received, bool ended);

// Follows redirects of a GET.
absl::StatusOr<FetchAnswer> FetchNow(const FetchRequest& request, absl::Time deadline, std::stop_token stop);

}  // namespace waypoint::server
