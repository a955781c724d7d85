#include "cli/local/local_server.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "base/files.h"
#include "base/status.h"
#include "base/subprocess.h"
#include "cli/local/file_lock.h"

namespace waypoint::cli {
namespace {

constexpr absl::Duration kStartTimeout = absl::Seconds(30);
constexpr absl::Duration kStopTimeout = absl::Seconds(20);
constexpr absl::Duration kPoll = absl::Milliseconds(10);

// What the new process writes before it closes its end: "ok", or why not.
absl::StatusOr<std::string> ReadAnswer(int fd, absl::Duration timeout) {
  std::string answer;
  char buffer[1024];
  const absl::Time deadline = absl::Now() + timeout;
  while (true) {
    pollfd wait = {fd, POLLIN, 0};
    const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
    const int ready = left > 0 ? poll(&wait, 1, static_cast<int>(left)) : 0;
    if (ready == 0) return absl::DeadlineExceededError("the local server did not get ready in time");
    if (ready < 0) continue;
    const ssize_t count = read(fd, buffer, sizeof(buffer));
    if (count <= 0) return answer;
    answer.append(buffer, count);
  }
}

}  // namespace

absl::Status LocalServer::MakeFolder() const {
  RETURN_IF_ERROR(MakeFolders(folder_));
  if (chmod(folder_.c_str(), 0700) != 0) return ErrnoStatus(errno, absl::StrCat("protect folder ", folder_));
  return absl::OkStatus();
}

std::optional<ServerState> LocalServer::Running() const {
  // The lock tells the truth; the state file may be left over from one that was killed.
  if (!FileLock::IsHeld(LockPath())) return std::nullopt;
  absl::StatusOr<std::string> text = ReadFile(StatePath());
  if (!text.ok()) return std::nullopt;
  absl::StatusOr<ServerState> state = ParseState(*text);
  if (!state.ok() || !IsAlive(state->process)) return std::nullopt;
  return *state;
}

absl::StatusOr<LocalServer::Access> LocalServer::Read(const ServerState& state, bool started) const {
  ASSIGN_OR_RETURN(std::string token, ReadFile(TokenPath()));
  return Access{state.address, std::string(absl::StripSuffix(token, "\n")), state.program, started};
}

absl::StatusOr<LocalServer::Access> LocalServer::Ensure(const BusyCheck& busy) {
  const ProgramIdentity self = ThisProgram(version_);
  if (auto state = Running(); state.has_value() && !ShouldReplace(state->program, self)) return Read(*state, false);
  RETURN_IF_ERROR(MakeFolder());
  // Two commands at once: the second waits here and then finds the server of the first.
  ASSIGN_OR_RETURN(auto start_lock, FileLock::Acquire(StartLockPath()));
  if (auto state = Running(); state.has_value()) {
    ASSIGN_OR_RETURN(Access access, Read(*state, false));
    if (!ShouldReplace(state->program, self) || busy(access)) return access;
    RETURN_IF_ERROR(StopLocked().status());
  }
  RETURN_IF_ERROR(Spawn());
  const std::optional<ServerState> state = Running();
  if (!state.has_value()) {
    return absl::UnavailableError(absl::StrCat("the local server ended right after its start; see ", LogPath()));
  }
  return Read(*state, true);
}

absl::Status LocalServer::Spawn() {
  UniqueFd log(open(LogPath().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!log.valid()) return ErrnoStatus(errno, absl::StrCat("open ", LogPath()));
  SpawnOptions options;
  options.argv = {ThisProgram(version_).executable, "server", "local-run", folder_};
  options.cwd = "/";
  options.in = Stdio::Null();
  options.out = Stdio::Pipe();
  options.err = Stdio::Fd(log.get());
  // Closing the terminal or pressing Ctrl-C in it must not reach the server.
  options.group = SpawnOptions::Group::kNewSession;
  ASSIGN_OR_RETURN(std::unique_ptr<Process> process, Process::Spawn(options));
  absl::StatusOr<std::string> answer = ReadAnswer(process->out.get(), kStartTimeout);
  if (!answer.ok()) return Annotate(answer.status(), "start the local server (log: ", LogPath(), ")");
  if (*answer == kReadyWord) {
    process->Detach();
    return absl::OkStatus();
  }
  const std::string why = answer->empty() ? "it ended without a word" : std::string(absl::StripSuffix(*answer, "\n"));
  return absl::UnavailableError(
      absl::StrCat("the local server could not be started: ", why, "\nIts log is ", LogPath()));
}

absl::StatusOr<bool> LocalServer::Stop() {
  if (!Running().has_value()) return false;
  ASSIGN_OR_RETURN(auto start_lock, FileLock::Acquire(StartLockPath()));
  return StopLocked();
}

absl::StatusOr<bool> LocalServer::StopLocked() {
  const std::optional<ServerState> state = Running();
  if (!state.has_value()) return false;
  if (absl::Status sent = SignalProcess(state->process, SIGTERM); !sent.ok() && !absl::IsNotFound(sent)) {
    return Annotate(sent, "stop the local server (process ", state->process.pid, ")");
  }
  const absl::Time deadline = absl::Now() + kStopTimeout;
  while (FileLock::IsHeld(LockPath()) || IsAlive(state->process)) {
    if (absl::Now() > deadline) {
      return absl::DeadlineExceededError(
          absl::StrCat("the local server (process ", state->process.pid, ") does not stop; its log is ", LogPath()));
    }
    absl::SleepFor(kPoll);
  }
  return true;
}

}  // namespace waypoint::cli
