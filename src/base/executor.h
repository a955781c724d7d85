// "Soon, one at a time": callbacks run later, in the order they were posted, never two at once.
//
// Threads: Post() from any thread, also from inside a callback.
// Errors:  none; callbacks must not throw.
#pragma once

#include <functional>

namespace waypoint {

class Executor {
 public:
  virtual ~Executor() = default;
  virtual void Post(std::function<void()> callback) = 0;
};

}  // namespace waypoint
