#include "runner/pause.h"

#include "absl/synchronization/mutex.h"

namespace waypoint::runner {

void PauseFor(absl::Duration pause, std::stop_token stop) {
  absl::Mutex mu;
  std::stop_callback wake(stop, [&mu] { absl::MutexLock lock(&mu); });
  absl::MutexLock lock(&mu);
  auto stopped = [&stop] { return stop.stop_requested(); };
  mu.AwaitWithTimeout(absl::Condition(&stopped), pause);
}

}  // namespace waypoint::runner
