// Time as the core sees it: the real one, or a simulated one that tests advance.
//
// Threads: Now() from any. At() and Cancel() from any; callbacks run where the implementation
//          says (the real clock posts them to an Executor), never inside At() or Cancel().
// Errors:  none. A time in the past fires as soon as possible.
#pragma once

#include <cstdint>
#include <functional>

#include "absl/time/time.h"

namespace waypoint {

class Clock {
 public:
  using TimerId = uint64_t;  // never 0

  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
  virtual TimerId At(absl::Time when, std::function<void()> callback) = 0;
  // After Cancel returns on the executor's own thread the callback will not run any more.
  virtual void Cancel(TimerId id) = 0;

  TimerId After(absl::Duration delay, std::function<void()> callback) { return At(Now() + delay, std::move(callback)); }
};

}  // namespace waypoint
