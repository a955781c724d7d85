// An executor whose callers may run their callback themselves while nothing else runs: no thread has to wake for it.
//
// Threads: PostOrRun from any but the executor's own, and without locks that a callback may want.
// Errors:  none.
#pragma once

#include <functional>

#include "base/executor.h"

namespace waypoint {

class IdleExecutor : public Executor {
 public:
  // As Post, but the callback, and what was posted before it, may have run before this returns.
  virtual void PostOrRun(std::function<void()> callback) = 0;
};

}  // namespace waypoint
