#include "cli/interrupt.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

namespace waypoint::cli {
namespace {

// Not blocked and read like the others: threads of before would die of it.
int g_hangup_fd = -1;

void NoteHangup(int /*signal*/) {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(g_hangup_fd, &one, sizeof(one));
}

}  // namespace

Interrupt::Interrupt() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // A broken pipe is an error of the write that met it, not the end of the process.
  signal(SIGPIPE, SIG_IGN);
  // So is a limit on the size of files.
  signal(SIGXFSZ, SIG_IGN);
  signal_fd_ = signalfd(-1, &signals, SFD_CLOEXEC);
  wake_fd_ = eventfd(0, EFD_CLOEXEC);
  hangup_fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  thread_ = std::thread([this] { Run(); });
}

Interrupt::~Interrupt() {
  closing_ = true;
  Wake();
  thread_.join();
  if (g_hangup_fd == hangup_fd_) signal(SIGHUP, SIG_DFL);
  close(hangup_fd_);
  close(signal_fd_);
  close(wake_fd_);
}

void Interrupt::OnHangup(std::function<void()> callback) {
  absl::MutexLock lock(&mu_);
  on_hangup_ = std::move(callback);
  g_hangup_fd = hangup_fd_;
  struct sigaction action {};
  action.sa_handler = NoteHangup;
  action.sa_flags = SA_RESTART;
  sigaction(SIGHUP, &action, nullptr);
}

void Interrupt::EndWithReader(int fd) {
  struct stat info {};
  if (fstat(fd, &info) != 0 || !(S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode))) return;
  read_fd_ = fd;
  Wake();
}

void Interrupt::Wake() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(wake_fd_, &one, sizeof(one));
}

void Interrupt::Run() {
  pollfd fds[] = {{signal_fd_, POLLIN, 0}, {wake_fd_, POLLIN, 0}, {hangup_fd_, POLLIN, 0}, {-1, 0, 0}};
  while (!closing_) {
    if (poll(fds, 4, -1) < 0) continue;
    uint64_t count = 0;
    if (fds[1].revents != 0 && read(wake_fd_, &count, sizeof(count)) == sizeof(count)) fds[3].fd = read_fd_;
    if ((fds[3].revents & (POLLERR | POLLHUP)) != 0) {
      fds[3].fd = -1;  // told once
      first_.request_stop();
    }
    uint64_t hangups = 0;
    if (fds[2].revents != 0 && read(hangup_fd_, &hangups, sizeof(hangups)) == sizeof(hangups)) {
      absl::MutexLock lock(&mu_);
      on_hangup_();
    }
    if (fds[0].revents == 0) continue;
    signalfd_siginfo info;
    if (read(signal_fd_, &info, sizeof(info)) != sizeof(info)) continue;
    if (!first_.request_stop()) second_.request_stop();
  }
}

}  // namespace waypoint::cli
