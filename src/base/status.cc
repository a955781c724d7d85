#include "base/status.h"

#include <cerrno>
#include <system_error>

namespace waypoint {

absl::Status AnnotateStatus(const absl::Status& status, absl::string_view context) {
  absl::Status out(status.code(), absl::StrCat(context, ": ", status.message()));
  status.ForEachPayload([&out](absl::string_view url, const absl::Cord& payload) { out.SetPayload(url, payload); });
  return out;
}

absl::Status ErrnoStatus(int error, absl::string_view action) {
  return absl::Status(absl::ErrnoToStatusCode(error),
                      absl::StrCat(action, ": ", std::generic_category().message(error)));
}

}  // namespace waypoint
