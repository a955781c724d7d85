// The one place that reads the machine's clock and random device.
//
// Owns:    one timer thread, started with the object, joined by its destructor.
// Threads: thread-safe. Timer callbacks are posted to the given executor; without one they run
//          on the timer thread and must be short.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "base/executor.h"
#include "base/ids.h"

namespace waypoint {

class RealClock : public Clock {
 public:
  explicit RealClock(Executor* executor = nullptr);
  ~RealClock() override;
  absl::Time Now() const override;
  TimerId At(absl::Time when, std::function<void()> callback) override;
  void Cancel(TimerId id) override;

 private:
  struct Timer {
    absl::Time when;
    std::function<void()> callback;
  };
  void Run();
  void Fire(TimerId id);

  Executor* const executor_;
  absl::Mutex mu_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  TimerId last_id_ ABSL_GUARDED_BY(mu_) = 0;
  std::map<TimerId, Timer> timers_ ABSL_GUARDED_BY(mu_);
  std::set<std::pair<absl::Time, TimerId>> due_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

class RealIds : public IdSource {
 public:
  std::string Ulid() override;
  std::string Random(size_t bytes) override;
};

}  // namespace waypoint
