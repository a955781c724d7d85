// Ctrl-C as stop tokens: the first one asks to stop, the second one gives up waiting for the end.
//
// Owns:    SIGINT and SIGTERM of the process: blocked in every thread, taken by one thread of its own. So it must
//          be made before any other thread. SIGPIPE and SIGXFSZ are ignored.
// Threads: tokens may be used anywhere; callbacks run on the thread of this object.
#pragma once

#include <atomic>
#include <functional>
#include <stop_token>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace waypoint::cli {

class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  std::stop_token first() const { return first_.get_token(); }
  std::stop_token second() const { return second_.get_token(); }
  // From now on a hangup (SIGHUP) does not end the process but calls this. One object at a time may want it.
  void OnHangup(std::function<void()> callback);
  // From now on it counts as an interrupt when nobody reads this pipe or socket any more. For commands that wait
  // without writing; others notice by what they write.
  void EndWithReader(int fd);

 private:
  void Run();
  void Wake();

  std::stop_source first_;
  std::stop_source second_;
  int wake_fd_ = -1;
  int signal_fd_ = -1;
  int hangup_fd_ = -1;
  std::atomic<bool> closing_ = false;
  std::atomic<int> read_fd_ = -1;
  absl::Mutex mu_;
  std::function<void()> on_hangup_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

}  // namespace waypoint::cli
