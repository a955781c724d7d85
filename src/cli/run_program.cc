#include "cli/run_program.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "base/subprocess.h"

namespace waypoint::cli {
namespace {

// Reads both streams to their ends.
absl::Status ReadAll(Process& process, absl::Time deadline, const std::stop_token& stop, ProgramEnd& end) {
  const StopFd stopped(stop);
  char buffer[8192];
  while (process.out.valid() || process.err.valid()) {
    pollfd fds[] = {{process.out.get(), POLLIN, 0}, {process.err.get(), POLLIN, 0}, {stopped.get(), POLLIN, 0}};
    const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
    if (left <= 0) return absl::DeadlineExceededError("took too long");
    poll(fds, 3, static_cast<int>(std::min<int64_t>(left, 60'000)));
    if (stop.stop_requested()) return absl::CancelledError("");
    for (UniqueFd* fd : {&process.out, &process.err}) {
      const pollfd& ready = fd == &process.out ? fds[0] : fds[1];
      if (ready.revents == 0) continue;
      const ssize_t count = read(fd->get(), buffer, sizeof(buffer));
      if (count > 0) (fd == &process.out ? end.out : end.err).append(buffer, count);
      if (count <= 0) fd->Reset();
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ProgramEnd> RunProgram(const std::vector<std::string>& argv, const std::string& folder,
                                      absl::Duration patience, const std::vector<std::string>& env,
                                      std::stop_token stop) {
  SpawnOptions options;
  options.argv = argv;
  options.env = MergeEnvironment(CurrentEnvironment(), env);
  options.cwd = folder;
  options.in = Stdio::Null();
  options.out = options.err = Stdio::Pipe();
  options.group = SpawnOptions::Group::kNewGroup;
  ASSIGN_OR_RETURN(const std::unique_ptr<Process> process, Process::Spawn(options));
  const absl::Time deadline = absl::Now() + patience;
  ProgramEnd end;
  if (absl::Status status = ReadAll(*process, deadline, stop, end); !status.ok()) {
    return Annotate(status, absl::StrJoin(argv, " "));
  }
  ASSIGN_OR_RETURN(const ExitStatus status, process->Wait(stop, deadline));
  end.code = status.ShellCode();
  return end;
}

absl::StatusOr<ProgramEnd> RunGit(std::vector<std::string> words, const std::string& folder, absl::Duration patience,
                                  std::stop_token stop) {
  words.insert(words.begin(), "git");
  return RunProgram(
      words, folder, patience,
      {"GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C", "GIT_SSH_COMMAND=ssh -oBatchMode=yes"}, stop);
}

}  // namespace waypoint::cli
