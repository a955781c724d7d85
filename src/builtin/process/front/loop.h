// One thread's event loop: descriptors by epoll, timers, tasks.
//
// Owns:    the epoll descriptor; not the descriptors it watches.
// Threads: all calls on the loop's thread.
// Errors:  none; a descriptor that cannot be watched behaves as if nothing ever happened on it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>

#include "absl/time/time.h"
#include "base/fd.h"

namespace waypoint::builtin::process {

class Loop {
 public:
  using Id = uint64_t;  // never 0

  Loop();
  // `ready` gets the EPOLL* bits. Level-triggered.
  Id Watch(int fd, uint32_t events, std::function<void(uint32_t)> ready);
  void Change(Id id, uint32_t events);
  // After this `ready` is not called any more, not even for what is pending.
  void Forget(Id id);

  Id After(absl::Duration delay, std::function<void()> task);
  void Cancel(Id id);

  void Run();  // until Quit
  void Quit() { quit_ = true; }

 private:
  struct Watched {
    int fd;
    uint32_t events;
    std::shared_ptr<std::function<void(uint32_t)>> ready;
  };
  int MillisecondsToNextTimer() const;
  void RunTimers();

  UniqueFd epoll_;
  bool quit_ = false;
  Id last_id_ = 0;
  std::unordered_map<Id, Watched> watched_;
  std::map<std::pair<absl::Time, Id>, std::function<void()>> timers_;
  std::unordered_map<Id, absl::Time> timer_times_;
};

}  // namespace waypoint::builtin::process
