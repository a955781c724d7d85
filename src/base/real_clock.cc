#include "base/real_clock.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "absl/time/clock.h"

namespace waypoint {

RealClock::RealClock(Executor* executor) : executor_(executor), thread_([this] { Run(); }) {}

RealClock::~RealClock() {
  {
    absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  thread_.join();
}

absl::Time RealClock::Now() const { return absl::Now(); }

Clock::TimerId RealClock::At(absl::Time when, std::function<void()> callback) {
  absl::MutexLock lock(&mu_);
  const TimerId id = ++last_id_;
  timers_.emplace(id, Timer{when, std::move(callback)});
  due_.emplace(when, id);
  return id;
}

void RealClock::Cancel(TimerId id) {
  Timer dropped;  // destroyed after the lock, its captures may do anything
  absl::MutexLock lock(&mu_);
  auto it = timers_.find(id);
  if (it == timers_.end()) return;
  due_.erase({it->second.when, id});
  dropped = std::move(it->second);
  timers_.erase(it);
}

void RealClock::Fire(TimerId id) {
  std::function<void()> callback;
  {
    absl::MutexLock lock(&mu_);
    auto it = timers_.find(id);
    if (it == timers_.end()) return;  // cancelled after it was posted
    callback = std::move(it->second.callback);
    timers_.erase(it);
  }
  callback();
}

void RealClock::Run() {
  while (true) {
    TimerId id = 0;
    {
      absl::MutexLock lock(&mu_);
      // Woken by an earlier timer as well as by the end: due_ is part of the condition.
      const absl::Time first = due_.empty() ? absl::InfiniteFuture() : due_.begin()->first;
      auto changed = [this, first]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
        return stopping_ || (due_.empty() ? absl::InfiniteFuture() : due_.begin()->first) != first;
      };
      mu_.AwaitWithDeadline(absl::Condition(&changed), first);
      if (stopping_) return;
      if (due_.empty() || due_.begin()->first > absl::Now()) continue;
      id = due_.begin()->second;
      due_.erase(due_.begin());
    }
    if (executor_ != nullptr) {
      executor_->Post([this, id] { Fire(id); });
    } else {
      Fire(id);
    }
  }
}

std::string RealIds::Random(size_t bytes) {
  std::string out(bytes, '\0');
  size_t done = 0;
  while (done < bytes) {
    const ssize_t n = getrandom(out.data() + done, bytes - done, 0);
    if (n < 0 && errno != EINTR) std::abort();  // no randomness: nothing safe is left to do
    if (n > 0) done += static_cast<size_t>(n);
  }
  return out;
}

std::string RealIds::Ulid() { return EncodeUlid(absl::Now(), Random(10)); }

}  // namespace waypoint
