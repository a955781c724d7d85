// Helpers around absl::Status. Codes say what the caller can do (docs/ARCHITECTURE.md):
// Unavailable = call again, Aborted = read again and redo, FailedPrecondition = fix the state first.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace waypoint {

// Same code and payloads, with context before the text: "ack of job X: not waiting".
absl::Status AnnotateStatus(const absl::Status& status, absl::string_view context);

template <typename... Args>
absl::Status Annotate(const absl::Status& status, const Args&... context) {
  return status.ok() ? status : AnnotateStatus(status, absl::StrCat(context...));
}

// From errno, with the failed action: "open /x: No space left on device".
absl::Status ErrnoStatus(int error, absl::string_view action);

}  // namespace waypoint

#define WAYPOINT_CONCAT_INNER(a, b) a##b
#define WAYPOINT_CONCAT(a, b) WAYPOINT_CONCAT_INNER(a, b)

#define RETURN_IF_ERROR(expr)                           \
  do {                                                  \
    if (absl::Status _status = (expr); !_status.ok()) { \
      return _status;                                   \
    }                                                   \
  } while (false)

// ASSIGN_OR_RETURN(auto file, ReadFile(path));
#define ASSIGN_OR_RETURN(lhs, expr) ASSIGN_OR_RETURN_IMPL(WAYPOINT_CONCAT(_statusor_, __LINE__), lhs, expr)
#define ASSIGN_OR_RETURN_IMPL(tmp, lhs, expr) \
  auto tmp = (expr);                          \
  if (!tmp.ok()) return tmp.status();         \
  lhs = *std::move(tmp)
