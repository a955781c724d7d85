#include "ptypes/duration.h"

#include <cstdint>
#include <limits>

#include "absl/strings/strip.h"

namespace waypoint::ptypes {

std::optional<absl::Duration> ParseGoDuration(absl::string_view text) {
  const absl::string_view unsigned_part = absl::StripPrefix(absl::StripPrefix(text, "-"), "+");
  // Abseil knows the same language, and "inf" besides.
  if (unsigned_part.empty() || unsigned_part.size() + 1 < text.size() || unsigned_part.front() == 'i')
    return std::nullopt;
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration)) return std::nullopt;
  const absl::Duration limit = absl::Nanoseconds(std::numeric_limits<int64_t>::max());
  if (duration > limit || duration < -limit) return std::nullopt;
  return duration;
}

}  // namespace waypoint::ptypes
