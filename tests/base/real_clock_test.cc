#include "base/real_clock.h"

#include <gtest/gtest.h>

#include <vector>

#include "absl/synchronization/notification.h"

namespace waypoint {
namespace {

TEST(RealClock, FiresInOrderOfTimeNotOfCalls) {
  RealClock clock;
  std::vector<int> order;
  absl::Notification done;
  const absl::Time now = clock.Now();
  clock.At(now + absl::Milliseconds(40), [&] {
    order.push_back(2);
    done.Notify();
  });
  clock.At(now + absl::Milliseconds(10), [&] { order.push_back(1); });
  done.WaitForNotification();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST(RealClock, CancelledTimerNeverFires) {
  RealClock clock;
  absl::Notification done;
  bool fired = false;
  const Clock::TimerId id = clock.After(absl::Milliseconds(20), [&] { fired = true; });
  clock.Cancel(id);
  clock.Cancel(id);  // twice is harmless
  clock.After(absl::Milliseconds(50), [&] { done.Notify(); });
  done.WaitForNotification();
  EXPECT_FALSE(fired);
}

TEST(RealClock, EndsWithTimersPending) {
  RealClock clock;
  clock.After(absl::Hours(1), [] { FAIL(); });
}

}  // namespace
}  // namespace waypoint
