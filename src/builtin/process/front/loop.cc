#include "builtin/process/front/loop.h"

#include <sys/epoll.h>

#include <algorithm>

#include "absl/time/clock.h"

namespace waypoint::builtin::process {
namespace {

constexpr int kEventsAtOnce = 256;

}  // namespace

Loop::Loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

Loop::Id Loop::Watch(int fd, uint32_t events, std::function<void(uint32_t)> ready) {
  Id id = ++last_id_;
  epoll_event event{};
  event.events = events;
  event.data.u64 = id;  // not a pointer: an event of something forgotten finds nothing
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0) {
    watched_[id] = Watched{fd, events, std::make_shared<std::function<void(uint32_t)>>(std::move(ready))};
  }
  return id;
}

void Loop::Change(Id id, uint32_t events) {
  auto it = watched_.find(id);
  if (it == watched_.end() || it->second.events == events) return;
  epoll_event event{};
  event.events = events;
  event.data.u64 = id;
  it->second.events = events;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, it->second.fd, &event);
}

void Loop::Forget(Id id) {
  auto it = watched_.find(id);
  if (it == watched_.end()) return;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, it->second.fd, nullptr);
  watched_.erase(it);
}

Loop::Id Loop::After(absl::Duration delay, std::function<void()> task) {
  Id id = ++last_id_;
  absl::Time when = absl::Now() + delay;
  timers_[{when, id}] = std::move(task);
  timer_times_[id] = when;
  return id;
}

void Loop::Cancel(Id id) {
  auto it = timer_times_.find(id);
  if (it == timer_times_.end()) return;
  timers_.erase({it->second, id});
  timer_times_.erase(it);
}

int Loop::MillisecondsToNextTimer() const {
  if (timers_.empty()) return -1;
  absl::Duration left = timers_.begin()->first.first - absl::Now();
  return static_cast<int>(std::clamp<int64_t>(absl::ToInt64Milliseconds(left) + 1, 0, 60000));
}

void Loop::RunTimers() {
  absl::Time now = absl::Now();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    auto node = timers_.extract(timers_.begin());
    timer_times_.erase(node.key().second);
    node.mapped()();
  }
}

void Loop::Run() {
  epoll_event events[kEventsAtOnce];
  while (!quit_) {
    int n = ::epoll_wait(epoll_.get(), events, kEventsAtOnce, MillisecondsToNextTimer());
    for (int i = 0; i < n && !quit_; ++i) {
      auto it = watched_.find(events[i].data.u64);
      if (it == watched_.end()) continue;
      auto ready = it->second.ready;  // keeps the callback alive if it forgets itself
      (*ready)(events[i].events);
    }
    RunTimers();
  }
}

}  // namespace waypoint::builtin::process
