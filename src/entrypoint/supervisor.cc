#include "entrypoint/supervisor.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/signals.h"

namespace waypoint::entrypoint {
namespace {

constexpr absl::Duration kLookForChild = absl::Milliseconds(50);  // where the kernel has no descriptor for it

// Passed on as they come. Not: what ends us, what is about our own children, what faults raise.
constexpr int kForwarded[] = {SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT, SIGALRM, SIGURG, SIGIO, SIGPROF};

sigset_t WantedSignals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (int signal : {SIGTERM, SIGINT, SIGCHLD}) ::sigaddset(&set, signal);
  for (int signal : kForwarded) ::sigaddset(&set, signal);
  return set;
}

UniqueFd OpenSignals() {
  const sigset_t set = WantedSignals();
  return UniqueFd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

}  // namespace

void Supervisor::BlockSignals() {
  ::signal(SIGPIPE, SIG_IGN);
  const sigset_t set = WantedSignals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

Supervisor::Supervisor(ChildSetup setup, OwnLog& log)
    : setup_(std::move(setup)),
      log_(log),
      is_init_(::getpid() == 1),
      signals_(OpenSignals()),
      wake_(std::stop_token()),
      wanted_env_(setup_.env) {}

void Supervisor::Post(Request request) {
  {
    absl::MutexLock lock(&mu_);
    requests_.push_back(std::move(request));
  }
  wake_.Wake();
}

void Supervisor::SetConfig(std::vector<std::string> config_env) {
  Post({Request::Kind::kConfig, std::move(config_env), 0});
}
void Supervisor::StartAnyway() { Post({Request::Kind::kStart, {}, 0}); }
void Supervisor::SendSignal(int signal) { Post({Request::Kind::kSignal, {}, signal}); }
void Supervisor::GiveUp(int code) { Post({Request::Kind::kGiveUp, {}, code}); }

int Supervisor::Run(absl::Time start_by) {
  while (!code_.has_value()) {
    TakeSignals();
    TakeRequests();
    if (absl::Now() >= start_by) may_start_ = true;
    CheckChild();
    KillIfLate();
    if (code_.has_value()) break;
    if (child_ == nullptr && quitting_) return 0;  // told to end before the child was started
    if (child_ == nullptr && may_start_) Start();
    if (code_.has_value()) break;
    pollfd fds[] = {
        {signals_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}, {child_ != nullptr ? child_->exit_fd() : -1, POLLIN, 0}};
    ::poll(fds, 3, PollTimeout(may_start_ ? absl::InfiniteFuture() : start_by));
  }
  return *code_;
}

int Supervisor::PollTimeout(absl::Time start_by) const {
  absl::Time until = std::min(start_by, kill_at_);
  if (child_ != nullptr && child_->exit_fd() < 0) until = std::min(until, absl::Now() + kLookForChild);
  if (until == absl::InfiniteFuture()) return -1;
  return static_cast<int>(std::clamp<int64_t>(absl::ToInt64Milliseconds(until - absl::Now()) + 1, 0, 60000));
}

void Supervisor::TakeSignals() {
  signalfd_siginfo info;
  while (::read(signals_.get(), &info, sizeof info) == sizeof info) OnSignal(static_cast<int>(info.ssi_signo));
}

void Supervisor::OnSignal(int signal) {
  if (signal == SIGCHLD) {
    if (is_init_) ReapOrphans();
    return;
  }
  if (signal == SIGTERM || signal == SIGINT) {
    if (std::exchange(quitting_, true)) return;
    log_.Info("child", absl::StrCat("stopping the app on SIG", SignalName(signal)));
    AskToStop();
    return;
  }
  if (child_ != nullptr) child_->Signal(signal).IgnoreError();
}

void Supervisor::TakeRequests() {
  wake_.Clear();
  std::deque<Request> requests;
  {
    absl::MutexLock lock(&mu_);
    requests.swap(requests_);
  }
  for (Request& request : requests) {
    switch (request.kind) {
      case Request::Kind::kConfig:
        wanted_env_ = MergeEnvironment(setup_.env, request.env);
        may_start_ = true;
        break;
      case Request::Kind::kStart:
        may_start_ = true;
        break;
      case Request::Kind::kSignal:
        if (child_ != nullptr) child_->Signal(request.number).IgnoreError();
        break;
      case Request::Kind::kGiveUp:
        if (child_ == nullptr) code_ = request.number;
        break;
    }
  }
  const bool outdated = child_ != nullptr && !quitting_ && !stopping_ && wanted_env_ != running_env_;
  if (!outdated) return;
  log_.Info("child", "restarting the app for a new environment");
  AskToStop();
}

void Supervisor::Start() {
  SpawnOptions options;
  options.argv = setup_.argv;
  options.env = wanted_env_;
  if (setup_.out >= 0) options.out = Stdio::Fd(setup_.out);
  if (setup_.err >= 0) options.err = Stdio::Fd(setup_.err);
  // A group of its own can be killed whole; but it could not read from a terminal.
  if (::isatty(STDIN_FILENO) == 0) options.group = SpawnOptions::Group::kNewGroup;
  options.death_signal = SIGKILL;
  absl::StatusOr<std::unique_ptr<Process>> child = Process::Spawn(options);
  if (!child.ok()) {
    log_.Error("child", absl::StrCat("cannot start the app: ", child.status().message()));
    code_ = 1;
    return;
  }
  child_ = *std::move(child);
  running_env_ = wanted_env_;
  stopping_ = false;
  log_.Info("child", absl::StrCat("started the app: pid=", child_->pid()));
}

void Supervisor::AskToStop() {
  if (child_ == nullptr || stopping_) return;
  stopping_ = true;
  kill_at_ = absl::Now() + setup_.stop_grace;
  child_->Signal(SIGTERM).IgnoreError();
}

void Supervisor::KillIfLate() {
  if (child_ == nullptr || absl::Now() < kill_at_) return;
  log_.Warn("child", "the app did not stop in time, killing it");
  child_->SignalGroup(SIGKILL).IgnoreError();
  kill_at_ = absl::InfiniteFuture();
}

void Supervisor::CheckChild() {
  if (child_ == nullptr) return;
  std::optional<ExitStatus> ended = child_->TryWait();
  if (!ended.has_value()) return;
  const bool restart = stopping_ && !quitting_;
  child_ = nullptr;
  stopping_ = false;
  kill_at_ = absl::InfiniteFuture();
  if (is_init_) ReapOrphans();
  if (restart) return;  // Run starts the next one
  if (!ended->ok() && !quitting_) log_.Error("child", absl::StrCat("the app ended with ", ended->Text()));
  code_ = ended->ShellCode();
}

}  // namespace waypoint::entrypoint
