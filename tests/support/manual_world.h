// Time, chance and "soon" in the test's hands: nothing happens until the test says so.
//
// Threads: Post from any (a backend's disk thread posts); everything else on the test's thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/executor.h"
#include "base/ids.h"

namespace waypoint::testing {

class ManualExecutor : public Executor {
 public:
  void Post(std::function<void()> callback) override;
  bool RunOne();  // false: nothing was waiting
  void RunAll();  // also what is posted meanwhile
  bool idle() const {
    absl::MutexLock lock(&mu_);
    return queue_.empty();
  }
  // Runs what comes, waiting for other threads, until `done`. False after 30 s without an end.
  bool RunUntil(const std::function<bool()>& done);

 private:
  bool HasWork() const ABSL_SHARED_LOCKS_REQUIRED(mu_) { return !queue_.empty(); }

  mutable absl::Mutex mu_;
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(mu_);
};

// Starts at 2024-01-02 03:04:05 UTC. Timers that are due are posted to the executor.
class FakeClock : public Clock {
 public:
  explicit FakeClock(Executor& executor) : executor_(executor) {}
  absl::Time Now() const override { return now_; }
  TimerId At(absl::Time when, std::function<void()> callback) override;
  void Cancel(TimerId id) override;
  void Advance(absl::Duration by);

 private:
  void PostDue();
  void Fire(TimerId id);

  Executor& executor_;
  absl::Time now_ = absl::FromUnixSeconds(1704164645);
  TimerId last_ = 0;
  std::map<std::pair<absl::Time, TimerId>, TimerId> order_;
  std::map<TimerId, std::pair<absl::Time, std::function<void()>>> timers_;
  std::map<TimerId, std::function<void()>> fired_;
};

// Ids in ascending order; "random" bytes that differ with each call.
class CountingIds : public IdSource {
 public:
  std::string Ulid() override;
  std::string Random(size_t bytes) override;

 private:
  uint64_t next_ = 0;
};

}  // namespace waypoint::testing
