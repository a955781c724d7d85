#include "base/ids.h"

#include <gtest/gtest.h>

#include "base/real_clock.h"

namespace waypoint {
namespace {

TEST(Ulid, KnownForms) {
  EXPECT_EQ(EncodeUlid(absl::UnixEpoch(), std::string(10, '\0')), "00000000000000000000000000");
  EXPECT_EQ(EncodeUlid(absl::FromUnixMillis((int64_t{1} << 48) - 1), std::string(10, '\xff')),
            "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
  EXPECT_EQ(EncodeUlid(absl::FromUnixMillis(1469918176385), std::string(10, '\0')).substr(0, 10), "01ARYZ6S41");
}

TEST(Ulid, SortsByTime) {
  const std::string early = EncodeUlid(absl::FromUnixMillis(1000), std::string(10, '\xff'));
  const std::string late = EncodeUlid(absl::FromUnixMillis(1001), std::string(10, '\0'));
  EXPECT_LT(early, late);
}

TEST(RealIds, Differ) {
  RealIds ids;
  EXPECT_NE(ids.Ulid(), ids.Ulid());
  EXPECT_EQ(ids.Random(17).size(), 17u);
}

}  // namespace
}  // namespace waypoint
