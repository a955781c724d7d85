// One child process: started with pipes, files or a terminal, signalled, waited for.
//
// Owns:    the child. A child still running when the object dies is killed with its group and reaped;
//          Detach() lets it live on.
// Threads: a Process belongs to one thread; Signal, SignalGroup and Identity may come from any.
//          With death_signal the child also dies with the *thread* that started it (Linux counts so):
//          start it from the thread that waits for it.
// Errors:  NotFound: no such program or working folder. A child's own exit code is no error.
//
// vfork instead of posix_spawn (native-stack.md 5): as quick at any memory size, but it can set the
// parent death signal, the working folder and the controlling terminal in one place.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/environment.h"
#include "base/fd.h"
#include "base/process_id.h"

namespace waypoint {

struct WindowSize {
  unsigned short rows = 0, columns = 0, width = 0, height = 0;
};

struct Stdio {
  enum class Kind { kInherit, kNull, kPipe, kFd };
  Kind kind = Kind::kInherit;
  int fd = -1;  // kFd: borrowed until Spawn returns

  static Stdio Inherit() { return {}; }
  static Stdio Null() { return {Kind::kNull, -1}; }
  static Stdio Pipe() { return {Kind::kPipe, -1}; }
  static Stdio Fd(int fd) { return {Kind::kFd, fd}; }
};

struct SpawnOptions {
  enum class Group { kInherit, kNewGroup, kNewSession };

  std::vector<std::string> argv;                // argv[0] without a slash is searched in PATH of `env`
  std::string program;                          // what is run under the name argv[0]; empty = argv[0]
  std::optional<std::vector<std::string>> env;  // "KEY=value"; absent = ours
  std::string cwd;                              // empty = ours
  Stdio in, out, err;
  std::optional<WindowSize> terminal;  // all three on a new terminal, new session; in/out/err are ignored
  Group group = Group::kInherit;
  int death_signal = 0;  // sent to the child when the starting thread ends
};

struct ExitStatus {
  int code = 0;
  int signal = 0;  // not 0: killed by it

  bool ok() const { return code == 0 && signal == 0; }
  int ShellCode() const { return signal != 0 ? 128 + signal : code; }
  std::string Text() const;  // "exit code 3", "killed by signal 9 (Killed)"
};

class Process {
 public:
  static absl::StatusOr<std::unique_ptr<Process>> Spawn(const SpawnOptions& options);
  ~Process();

  pid_t pid() const { return identity_.pid; }
  const ProcessIdentity& identity() const { return identity_; }

  // Our ends of the pipes, or the terminal (both in and out); invalid where there is none. Blocking.
  UniqueFd in, out, err;

  absl::Status Resize(const WindowSize& size);

  // NotFound once the child was waited for.
  absl::Status Signal(int signal);
  // The group the child leads; only with kNewGroup, kNewSession or a terminal, else the child alone.
  // Also reaches what the child left in its group, as long as Wait() has not reported its end.
  absl::Status SignalGroup(int signal);

  // DeadlineExceeded or Cancelled: still running. May be called again after the end.
  absl::StatusOr<ExitStatus> Wait(std::stop_token stop = {}, absl::Time deadline = absl::InfiniteFuture());
  // Readable when the child has ended; -1 where the kernel has no such descriptor.
  int exit_fd() const { return exit_fd_.get(); }
  std::optional<ExitStatus> TryWait();

  // SIGTERM (or `signal`) to the group, `grace`, SIGKILL; returns how the child ended.
  absl::StatusOr<ExitStatus> Stop(int signal, absl::Duration grace);

  // The child outlives this object. It is reaped when a later Spawn or Detach finds it dead.
  void Detach();

 private:
  Process() = default;
  absl::Status SendTo(pid_t target, int signal);

  ProcessIdentity identity_;
  bool leads_group_ = false;
  bool detached_ = false;
  UniqueFd exit_fd_;
  absl::Mutex mu_;
  std::optional<ExitStatus> ended_ ABSL_GUARDED_BY(mu_);
};

// Full path of a program: itself if it has a slash, else the first executable in `path`
// (colon-separated). NotFound names the program.
absl::StatusOr<std::string> FindProgram(const std::string& name, absl::string_view path);

// As pid 1: reaps children that were adopted, never one that a Process waits for.
void ReapOrphans();

// Later entries replace earlier ones of the same key; order of first appearance.
std::vector<std::string> MergeEnvironment(const std::vector<std::string>& base, const std::vector<std::string>& more);
// Value of KEY, "" if absent.
std::string EnvironmentValue(const std::vector<std::string>& env, absl::string_view key);

}  // namespace waypoint
