// The child: started when it may, restarted for a new environment, told what signals come, reaped.
//
// Owns:    at most one child process, and as pid 1 the care for adopted ones.
// Threads: Run on one thread, the one that started the program: a child dies with it. The requests may
//          come from any thread.
// Errors:  Run gives the exit code: the child's, or 128 + its signal, or 1 when it cannot start.
// Spec:    logs-exec-entrypoint.md 13.3. The child is told of every signal that is not about us; SIGTERM and
//          SIGINT end it, and after kStopGrace kill it.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/fd.h"
#include "base/subprocess.h"
#include "entrypoint/own_log.h"

namespace waypoint::entrypoint {

struct ChildSetup {
  std::vector<std::string> argv;  // program resolved
  std::vector<std::string> env;   // base environment
  int out = -1, err = -1;         // -1: inherited
  absl::Duration stop_grace = absl::Seconds(30);
};

class Supervisor {
 public:
  // Blocks what it wants to hear of, for all threads started later: the first thing of the program.
  static void BlockSignals();

  Supervisor(ChildSetup setup, OwnLog& log);

  // The child runs with this configuration on top of the base environment; restarted if it differs.
  void SetConfig(std::vector<std::string> config_env);
  // Starts the child with what is known, if it does not run yet.
  void StartAnyway();
  void SendSignal(int signal);
  // Ends Run without a child, as when a required server is refused.
  void GiveUp(int code);

  // `start_by`: then the child starts in any case.
  int Run(absl::Time start_by);

 private:
  struct Request {
    enum class Kind { kConfig, kStart, kSignal, kGiveUp } kind;
    std::vector<std::string> env;
    int number = 0;
  };
  void Post(Request request);
  void TakeRequests();
  void TakeSignals();
  void OnSignal(int signal);
  void Start();
  void AskToStop();
  void CheckChild();
  void KillIfLate();
  int PollTimeout(absl::Time start_by) const;

  const ChildSetup setup_;
  OwnLog& log_;
  const bool is_init_;
  UniqueFd signals_;
  StopFd wake_;
  absl::Mutex mu_;
  std::deque<Request> requests_ ABSL_GUARDED_BY(mu_);

  // Run's thread only.
  std::unique_ptr<Process> child_;
  std::vector<std::string> wanted_env_;
  std::vector<std::string> running_env_;
  bool may_start_ = false;
  bool quitting_ = false;  // the child's end is ours
  bool stopping_ = false;  // it was asked to end
  absl::Time kill_at_ = absl::InfiniteFuture();
  std::optional<int> code_;
};

}  // namespace waypoint::entrypoint
