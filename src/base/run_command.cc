#include "base/run_command.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace waypoint {
namespace {

// A grandchild may keep a pipe open for ever; what it says after this is not ours any more.
constexpr absl::Duration kDrain = absl::Seconds(1);
constexpr int kPollWithoutPidfdMs = 20;

// False at the end of the stream.
bool PassOn(UniqueFd* fd, bool is_stderr, const CommandOptions& options) {
  char buffer[32 * 1024];
  ssize_t n = ::read(fd->get(), buffer, sizeof buffer);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  if (n <= 0) {
    fd->Reset();
    return false;
  }
  if (options.output) options.output(absl::string_view(buffer, n), is_stderr);
  return true;
}

int WaitMs(const Process& process, absl::Time drain_until) {
  if (drain_until != absl::InfiniteFuture()) {
    return static_cast<int>(std::max<int64_t>(0, absl::ToInt64Milliseconds(drain_until - absl::Now())));
  }
  return process.exit_fd() >= 0 ? -1 : kPollWithoutPidfdMs;
}

// Reads both pipes until they end, or kDrain after the command did, or a stop.
void Pump(Process& process, const CommandOptions& options, const StopFd& stopped, const std::stop_token& stop) {
  absl::Time drain_until = absl::InfiniteFuture();
  while (process.out.valid() || process.err.valid()) {
    bool ended = drain_until != absl::InfiniteFuture();
    pollfd fds[] = {{process.out.get(), POLLIN, 0},
                    {process.err.get(), POLLIN, 0},
                    {stopped.get(), POLLIN, 0},
                    {ended ? -1 : process.exit_fd(), POLLIN, 0}};
    ::poll(fds, 4, WaitMs(process, drain_until));
    if (stop.stop_requested()) return;
    if (fds[0].revents != 0) PassOn(&process.out, false, options);
    if (fds[1].revents != 0) PassOn(&process.err, true, options);
    if (!ended && process.TryWait().has_value()) drain_until = absl::Now() + kDrain;
    if (ended && absl::Now() >= drain_until) return;
  }
}

}  // namespace

absl::StatusOr<ExitStatus> RunCommand(const CommandOptions& options, std::stop_token stop) {
  SpawnOptions spawn;
  spawn.argv = options.argv;
  spawn.env = options.env;
  spawn.cwd = options.cwd;
  spawn.in = Stdio::Null();
  spawn.out = spawn.err = Stdio::Pipe();
  spawn.group = SpawnOptions::Group::kNewGroup;
  spawn.death_signal = options.die_with_caller ? SIGKILL : 0;
  absl::StatusOr<std::unique_ptr<Process>> process = Process::Spawn(spawn);
  if (!process.ok()) return process.status();
  StopFd stopped(stop);
  Pump(**process, options, stopped, stop);
  absl::StatusOr<ExitStatus> ended = (*process)->Wait(stop);
  if (ended.ok() || !absl::IsCancelled(ended.status())) return ended;
  (*process)->Stop(SIGTERM, kStopGrace).IgnoreError();
  return absl::CancelledError("the command was stopped");
}

}  // namespace waypoint
