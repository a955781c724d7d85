// A clock that stands still until a test moves it; timers fire inside Advance().
//
// Threads: thread-safe; callbacks run on the thread that advances, without the lock.
#pragma once

#include <functional>
#include <map>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "base/clock.h"

namespace waypoint {

class ManualClock : public Clock {
 public:
  explicit ManualClock(absl::Time start = absl::FromUnixSeconds(1'700'000'000)) : now_(start) {}

  absl::Time Now() const override {
    absl::MutexLock lock(&mu_);
    return now_;
  }
  TimerId At(absl::Time when, std::function<void()> callback) override {
    absl::MutexLock lock(&mu_);
    timers_.emplace(std::make_pair(when, ++last_id_), std::move(callback));
    return last_id_;
  }
  void Cancel(TimerId id) override {
    absl::MutexLock lock(&mu_);
    for (auto it = timers_.begin(); it != timers_.end(); ++it) {
      if (it->first.second != id) continue;
      timers_.erase(it);
      return;
    }
  }
  void Advance(absl::Duration by) {
    absl::Time end;
    {
      absl::MutexLock lock(&mu_);
      end = now_ + by;
    }
    while (std::function<void()> callback = TakeDue(end)) callback();
    absl::MutexLock lock(&mu_);
    now_ = end;
  }
  size_t pending() const {
    absl::MutexLock lock(&mu_);
    return timers_.size();
  }

 private:
  std::function<void()> TakeDue(absl::Time end) {
    absl::MutexLock lock(&mu_);
    if (timers_.empty() || timers_.begin()->first.first > end) return nullptr;
    now_ = std::max(now_, timers_.begin()->first.first);
    std::function<void()> callback = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    return callback;
  }

  mutable absl::Mutex mu_;
  absl::Time now_;
  TimerId last_id_ = 0;
  std::map<std::pair<absl::Time, TimerId>, std::function<void()>> timers_;
};

}  // namespace waypoint
