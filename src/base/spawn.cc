#include "base/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sys/wait.h>

#include <cerrno>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/files.h"
#include "base/status.h"

namespace waypoint {
namespace {

constexpr int kLastSignal = 64;

// All the child needs, prepared before the fork: it shares our memory and may not allocate.
struct Plan {
  const char* program = nullptr;
  char* const* argv = nullptr;
  char* const* env = nullptr;
  const char* cwd = nullptr;
  const char* terminal = nullptr;
  int fds[3] = {-1, -1, -1};  // what becomes 0, 1, 2; -1 = stays
  bool new_session = false;
  bool new_group = false;
  int death_signal = 0;
  pid_t parent = 0;
};

// Where the child failed, told through the memory it shares until exec.
struct Failure {
  int error = 0;
  const char* step = "";
};

void CloseFrom(int first) {
#ifdef SYS_close_range
  if (::syscall(SYS_close_range, static_cast<unsigned>(first), ~0U, 0U) == 0) return;
#endif
  for (int fd = first; fd < 65536; ++fd) ::close(fd);
}

void ResetSignals() {
  struct sigaction normal {};
  normal.sa_handler = SIG_DFL;
  for (int signal = 1; signal <= kLastSignal; ++signal) ::sigaction(signal, &normal, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Moves fds above 2 first, so that none is overwritten before it was used.
bool PlaceStdio(const Plan& plan) {
  int moved[3] = {-1, -1, -1};
  for (int i = 0; i < 3; ++i) {
    if (plan.fds[i] < 0) continue;
    moved[i] = ::fcntl(plan.fds[i], F_DUPFD, 3);
    if (moved[i] < 0) return false;
  }
  for (int i = 0; i < 3; ++i) {
    if (moved[i] >= 0 && ::dup2(moved[i], i) < 0) return false;
  }
  return true;
}

bool OpenTerminal(const char* path) {
  int fd = ::open(path, O_RDWR);  // the first terminal a new session opens becomes its own
  if (fd < 0) return false;
  ::ioctl(fd, TIOCSCTTY, 0);
  for (int i = 0; i < 3; ++i) {
    if (::dup2(fd, i) < 0) return false;
  }
  return true;
}

[[noreturn]] void Fail(volatile Failure* failure, const char* step) {
  failure->error = errno;
  failure->step = step;
  ::_exit(127);
}

[[noreturn]] void InChild(const Plan& plan, volatile Failure* failure) {
  if (plan.new_session) {
    ::setsid();
  } else if (plan.new_group) {
    ::setpgid(0, 0);
  }
  if (plan.death_signal != 0) {
    ::prctl(PR_SET_PDEATHSIG, plan.death_signal);
    if (::getppid() != plan.parent) ::_exit(127);  // it died before we asked
  }
  if (plan.terminal != nullptr ? !OpenTerminal(plan.terminal) : !PlaceStdio(plan)) Fail(failure, "set up stdio");
  if (plan.cwd != nullptr && ::chdir(plan.cwd) != 0) Fail(failure, "enter the working folder");
  CloseFrom(3);
  ResetSignals();
  ::execve(plan.program, plan.argv, plan.env);
  Fail(failure, "start");
}

__attribute__((noinline)) pid_t Fork(const Plan& plan, volatile Failure* failure) {
  pid_t pid = ::vfork();
  if (pid == 0) InChild(plan, failure);
  return pid;
}

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (const std::string& s : strings) out.push_back(const_cast<char*>(s.c_str()));
  out.push_back(nullptr);
  return out;
}

struct Pipes {
  UniqueFd child[3];
  UniqueFd ours[3];
};

absl::Status PrepareStdio(int index, const Stdio& stdio, Pipes* pipes, Plan* plan) {
  if (stdio.kind == Stdio::Kind::kInherit) return absl::OkStatus();
  if (stdio.kind == Stdio::Kind::kFd) {
    plan->fds[index] = stdio.fd;
    return absl::OkStatus();
  }
  if (stdio.kind == Stdio::Kind::kNull) {
    pipes->child[index].Reset(::open("/dev/null", O_RDWR | O_CLOEXEC));
    // Containers from scratch may lack /dev/null: an empty pipe reads the same.
    if (pipes->child[index].valid()) {
      plan->fds[index] = pipes->child[index].get();
      return absl::OkStatus();
    }
  }
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return ErrnoStatus(errno, "create a pipe");
  pipes->child[index].Reset(ends[index == 0 ? 0 : 1]);
  pipes->ours[index].Reset(ends[index == 0 ? 1 : 0]);
  plan->fds[index] = pipes->child[index].get();
  if (stdio.kind == Stdio::Kind::kNull) pipes->ours[index].Reset();
  return absl::OkStatus();
}

absl::StatusOr<std::string> PrepareTerminal(const WindowSize& size, Pipes* pipes) {
  UniqueFd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  char path[128];
  if (!master.valid() || ::grantpt(master.get()) != 0 || ::unlockpt(master.get()) != 0 ||
      ::ptsname_r(master.get(), path, sizeof path) != 0) {
    return ErrnoStatus(errno, "create a terminal");
  }
  ::ioctl(master.get(), TIOCSWINSZ, &size);
  pipes->ours[1].Reset(::fcntl(master.get(), F_DUPFD_CLOEXEC, 3));
  pipes->ours[0] = std::move(master);
  return std::string(path);
}

absl::StatusOr<pid_t> ForkWithSignalsBlocked(const Plan& plan, const std::string& program, const std::string& cwd) {
  // No handler of ours may run in the child, which shares our memory.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  volatile Failure failure;
  pid_t pid = Fork(plan, &failure);
  int fork_error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) return ErrnoStatus(fork_error, absl::StrCat("start ", program));
  if (failure.error != 0) {
    ::waitpid(pid, nullptr, 0);
    return ErrnoStatus(failure.error, absl::StrCat(const_cast<const char*>(failure.step), " ", program,
                                                   cwd.empty() ? "" : " in ", cwd));
  }
  return pid;
}

bool IsExecutable(const std::string& path) { return !IsFolder(path) && ::access(path.c_str(), X_OK) == 0; }

}  // namespace

absl::StatusOr<std::string> FindProgram(const std::string& name, absl::string_view path) {
  if (name.empty()) return absl::InvalidArgumentError("the command is empty");
  if (absl::StrContains(name, "/")) return name;
  for (absl::string_view folder : absl::StrSplit(path, ':')) {
    std::string candidate = JoinPath(folder.empty() ? "." : folder, name);
    if (IsExecutable(candidate)) return candidate;
  }
  return absl::NotFoundError(absl::StrCat("program \"", name, "\" is not in PATH (", path, ")"));
}

absl::StatusOr<Spawned> SpawnChild(const SpawnOptions& options) {
  if (options.argv.empty()) return absl::InvalidArgumentError("the command is empty");
  const std::vector<std::string> environment = options.env.has_value() ? *options.env : CurrentEnvironment();
  ASSIGN_OR_RETURN(std::string program, FindProgram(options.program.empty() ? options.argv[0] : options.program,
                                                    EnvironmentValue(environment, "PATH")));
  std::vector<char*> argv = Pointers(options.argv);
  std::vector<char*> env = Pointers(environment);
  Plan plan;
  Pipes pipes;
  std::string terminal;
  if (options.terminal.has_value()) {
    ASSIGN_OR_RETURN(terminal, PrepareTerminal(*options.terminal, &pipes));
    plan.terminal = terminal.c_str();
  } else {
    RETURN_IF_ERROR(PrepareStdio(0, options.in, &pipes, &plan));
    RETURN_IF_ERROR(PrepareStdio(1, options.out, &pipes, &plan));
    RETURN_IF_ERROR(PrepareStdio(2, options.err, &pipes, &plan));
  }
  plan.program = program.c_str();
  plan.argv = argv.data();
  plan.env = env.data();
  plan.cwd = options.cwd.empty() ? nullptr : options.cwd.c_str();
  plan.new_session = options.terminal.has_value() || options.group == SpawnOptions::Group::kNewSession;
  plan.new_group = options.group == SpawnOptions::Group::kNewGroup;
  plan.death_signal = options.death_signal;
  plan.parent = ::getpid();
  ASSIGN_OR_RETURN(pid_t pid, ForkWithSignalsBlocked(plan, program, options.cwd));
  return Spawned{pid, std::move(pipes.ours[0]), std::move(pipes.ours[1]), std::move(pipes.ours[2])};
}

std::vector<std::string> MergeEnvironment(const std::vector<std::string>& base, const std::vector<std::string>& more) {
  std::vector<std::string> out;
  auto put = [&out](const std::string& entry) {
    std::string key = entry.substr(0, entry.find('='));
    for (std::string& existing : out) {
      if (existing.substr(0, existing.find('=')) == key) {
        existing = entry;
        return;
      }
    }
    out.push_back(entry);
  };
  for (const std::string& entry : base) put(entry);
  for (const std::string& entry : more) put(entry);
  return out;
}

std::string EnvironmentValue(const std::vector<std::string>& env, absl::string_view key) {
  for (auto entry = env.rbegin(); entry != env.rend(); ++entry) {
    size_t equals = entry->find('=');
    if (equals != std::string::npos && absl::string_view(*entry).substr(0, equals) == key) {
      return entry->substr(equals + 1);
    }
  }
  return "";
}

}  // namespace waypoint
