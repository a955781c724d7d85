// Pages of a list, and the bound on answers to callers that ask for none (issue "lists": 3.5 MiB, as 0.11
// clients refuse 4 MiB).
//
// A list has an order; each row's place in it is a text, its cursor. Tokens hold cursors, so pages stay
// consistent while records are added. Forward pages follow a cursor, backward pages end before one.
// Threads: one.
// Errors:  InvalidArgument for both tokens at once or one that is none of ours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "waypoint/transport.pb.h"

namespace waypoint::server {

inline constexpr size_t kMaxListBytes = 3'500 * 1024;

class Page {
 public:
  static absl::StatusOr<Page> Of(const ::hashicorp::waypoint::PaginationRequest& request);

  bool backward() const { return backward_; }
  // Rows behind it (before it, if backward) are wanted; nothing: from the start.
  const std::optional<std::string>& cursor() const { return cursor_; }
  // The next row in the direction of the walk. False: it does not fit any more, the walk ends.
  bool Take(const std::string& cursor, size_t bytes);
  // After the walk. What is missing behind or before the page becomes a token.
  void Finish(::hashicorp::waypoint::PaginationResponse* response) const;
  bool truncated() const { return more_; }

 private:
  uint32_t size_ = 0;  // 0: as many as fit
  bool backward_ = false;
  std::optional<std::string> cursor_;
  uint32_t rows_ = 0;
  size_t bytes_ = 0;
  bool more_ = false;
  std::string first_, last_;  // in the direction of the walk
};

}  // namespace waypoint::server
