#include "base/subprocess.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/pidfd.h"
#include "base/spawn.h"
#include "base/status.h"

namespace waypoint {
namespace {

constexpr absl::Duration kPollWithoutPidfd = absl::Milliseconds(20);

// Children that some Process waits for, and those that live on without one.
struct Children {
  absl::Mutex mu;
  std::set<pid_t> owned ABSL_GUARDED_BY(mu);
  std::set<pid_t> detached ABSL_GUARDED_BY(mu);
};

Children& AllChildren() {
  static Children* children = new Children;
  return *children;
}

void ReapDetached() {
  Children& children = AllChildren();
  absl::MutexLock lock(&children.mu);
  for (auto it = children.detached.begin(); it != children.detached.end();) {
    bool ended = ::waitpid(*it, nullptr, WNOHANG) != 0;
    it = ended ? children.detached.erase(it) : std::next(it);
  }
}

ExitStatus FromWait(int status) {
  if (WIFSIGNALED(status)) return ExitStatus{0, WTERMSIG(status)};
  return ExitStatus{WEXITSTATUS(status), 0};
}

// Milliseconds for poll(); -1 = for ever.
int PollTimeout(absl::Time deadline) {
  if (deadline == absl::InfiniteFuture()) return -1;
  absl::Duration left = deadline - absl::Now();
  if (left <= absl::ZeroDuration()) return 0;
  return static_cast<int>(std::min<int64_t>(absl::ToInt64Milliseconds(left) + 1, 1 << 30));
}

}  // namespace

std::string ExitStatus::Text() const {
  if (signal != 0) return absl::StrCat("killed by signal ", signal, " (", ::strsignal(signal), ")");
  return absl::StrCat("exit code ", code);
}

absl::StatusOr<std::unique_ptr<Process>> Process::Spawn(const SpawnOptions& options) {
  ReapDetached();
  ASSIGN_OR_RETURN(Spawned spawned, SpawnChild(options));
  std::unique_ptr<Process> process(new Process);
  process->identity_.pid = spawned.pid;
  process->leads_group_ = options.terminal.has_value() || options.group != SpawnOptions::Group::kInherit;
  process->in = std::move(spawned.in);
  process->out = std::move(spawned.out);
  process->err = std::move(spawned.err);
  process->exit_fd_.Reset(PidfdOpen(spawned.pid));
  // Not reaped yet, so that even a dead child still has its line in /proc.
  absl::StatusOr<ProcessIdentity> identity = IdentifyProcess(spawned.pid);
  if (identity.ok()) process->identity_ = *identity;
  Children& children = AllChildren();
  absl::MutexLock lock(&children.mu);
  children.owned.insert(spawned.pid);
  return process;
}

Process::~Process() {
  if (detached_ || TryWait().has_value()) return;
  SignalGroup(SIGKILL).IgnoreError();
  Wait().IgnoreError();
}

absl::Status Process::Resize(const WindowSize& size) {
  int fd = in.valid() ? in.get() : out.get();
  if (::ioctl(fd, TIOCSWINSZ, &size) != 0) return ErrnoStatus(errno, "resize the terminal");
  return absl::OkStatus();
}

absl::Status Process::SendTo(pid_t target, int signal) {
  absl::MutexLock lock(&mu_);  // while it is not reaped the pid stays ours
  if (ended_.has_value()) return absl::NotFoundError(absl::StrCat("process ", pid(), " has ended"));
  if (::kill(target, signal) != 0) return ErrnoStatus(errno, absl::StrCat("signal process ", pid()));
  return absl::OkStatus();
}

absl::Status Process::Signal(int signal) { return SendTo(pid(), signal); }

absl::Status Process::SignalGroup(int signal) { return SendTo(leads_group_ ? -pid() : pid(), signal); }

std::optional<ExitStatus> Process::TryWait() {
  absl::MutexLock lock(&mu_);
  if (ended_.has_value()) return ended_;
  int status = 0;
  pid_t got = ::waitpid(pid(), &status, WNOHANG);
  if (got == 0 || (got < 0 && errno == EINTR)) return std::nullopt;
  ended_ = got < 0 ? ExitStatus{255, 0} : FromWait(status);
  Children& children = AllChildren();
  absl::MutexLock all(&children.mu);
  children.owned.erase(pid());
  return ended_;
}

absl::StatusOr<ExitStatus> Process::Wait(std::stop_token stop, absl::Time deadline) {
  StopFd stopped(stop);
  while (true) {
    if (std::optional<ExitStatus> ended = TryWait()) return *ended;
    if (stop.stop_requested()) return absl::CancelledError("stopped waiting for a child process");
    if (absl::Now() >= deadline) return absl::DeadlineExceededError("a child process is still running");
    absl::Time until = exit_fd_.valid() ? deadline : std::min(deadline, absl::Now() + kPollWithoutPidfd);
    pollfd fds[] = {{stopped.get(), POLLIN, 0}, {exit_fd_.get(), POLLIN, 0}};
    ::poll(fds, 2, PollTimeout(until));
  }
}

absl::StatusOr<ExitStatus> Process::Stop(int signal, absl::Duration grace) {
  SignalGroup(signal).IgnoreError();
  absl::StatusOr<ExitStatus> ended = Wait({}, absl::Now() + grace);
  if (ended.ok()) return ended;
  SignalGroup(SIGKILL).IgnoreError();
  return Wait();
}

void Process::Detach() {
  detached_ = true;
  Children& children = AllChildren();
  {
    absl::MutexLock lock(&children.mu);
    if (children.owned.erase(pid()) > 0) children.detached.insert(pid());
  }
  ReapDetached();
}

void ReapOrphans() {
  Children& children = AllChildren();
  absl::MutexLock lock(&children.mu);
  while (true) {
    siginfo_t info{};
    if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return;
    // Its owner takes it away soon; what hides behind it is found by the next call.
    if (children.owned.contains(info.si_pid)) return;
    ::waitpid(info.si_pid, nullptr, WNOHANG);
    children.detached.erase(info.si_pid);
  }
}

}  // namespace waypoint
