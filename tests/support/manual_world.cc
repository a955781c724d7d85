#include "support/manual_world.h"

namespace waypoint::testing {

void ManualExecutor::Post(std::function<void()> callback) {
  absl::MutexLock lock(&mu_);
  queue_.push_back(std::move(callback));
}

bool ManualExecutor::RunOne() {
  std::function<void()> callback;
  {
    absl::MutexLock lock(&mu_);
    if (queue_.empty()) return false;
    callback = std::move(queue_.front());
    queue_.pop_front();
  }
  callback();
  return true;
}

void ManualExecutor::RunAll() {
  while (RunOne()) {
  }
}

bool ManualExecutor::RunUntil(const std::function<bool()>& done) {
  while (!done()) {
    if (RunOne()) continue;
    absl::MutexLock lock(&mu_);
    if (!mu_.AwaitWithTimeout(absl::Condition(this, &ManualExecutor::HasWork), absl::Seconds(30))) return false;
  }
  return true;
}

Clock::TimerId FakeClock::At(absl::Time when, std::function<void()> callback) {
  const TimerId id = ++last_;
  order_[{when, id}] = id;
  timers_[id] = {when, std::move(callback)};
  PostDue();
  return id;
}

void FakeClock::Cancel(TimerId id) {
  fired_.erase(id);
  auto it = timers_.find(id);
  if (it == timers_.end()) return;
  order_.erase({it->second.first, id});
  timers_.erase(it);
}

void FakeClock::Advance(absl::Duration by) {
  now_ += by;
  PostDue();
}

void FakeClock::PostDue() {
  while (!order_.empty() && order_.begin()->first.first <= now_) {
    const TimerId id = order_.begin()->second;
    order_.erase(order_.begin());
    auto it = timers_.find(id);
    fired_[id] = std::move(it->second.second);
    timers_.erase(it);
    executor_.Post([this, id] { Fire(id); });
  }
}

void FakeClock::Fire(TimerId id) {
  auto it = fired_.find(id);
  if (it == fired_.end()) return;  // cancelled meanwhile
  std::function<void()> callback = std::move(it->second);
  fired_.erase(it);
  callback();
}

std::string CountingIds::Ulid() {
  std::string random(10, '\0');
  uint64_t rest = ++next_;
  for (int i = 9; i >= 0; --i, rest >>= 8) random[static_cast<size_t>(i)] = static_cast<char>(rest & 0xff);
  return EncodeUlid(absl::FromUnixSeconds(1704164645), random);
}

std::string CountingIds::Random(size_t bytes) {
  std::string out;
  uint64_t state = ++next_ * 0x9e3779b97f4a7c15u;
  for (size_t i = 0; i < bytes; ++i) {
    state ^= state >> 29;
    state *= 0xbf58476d1ce4e5b9u;
    out.push_back(static_cast<char>(state >> 56));
  }
  return out;
}

}  // namespace waypoint::testing
