#include "base/ids.h"

#include <array>
#include <cstdint>

#include "absl/time/time.h"

namespace waypoint {
namespace {
constexpr char kCrockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
}

std::string EncodeUlid(absl::Time time, const std::string& random) {
  std::array<uint8_t, 16> raw{};
  const auto ms = static_cast<uint64_t>(absl::ToUnixMillis(time));
  for (int i = 0; i < 6; ++i) raw[i] = static_cast<uint8_t>(ms >> (8 * (5 - i)));
  for (size_t i = 0; i < 10 && i < random.size(); ++i) raw[6 + i] = static_cast<uint8_t>(random[i]);
  // 128 bits as 26 digits of 5 bits: the first digit holds the 3 leftover bits.
  std::string text(26, '0');
  uint32_t bits = 0;
  int count = 2;  // two zero bits stand before the 128
  size_t next = 0;
  for (char& digit : text) {
    if (count < 5) {
      bits = bits << 8 | raw[next++];
      count += 8;
    }
    count -= 5;
    digit = kCrockford[bits >> count & 31];
  }
  return text;
}

}  // namespace waypoint
