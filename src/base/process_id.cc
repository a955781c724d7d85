#include "base/process_id.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/fd.h"
#include "base/files.h"
#include "base/pidfd.h"
#include "base/status.h"

namespace waypoint {
namespace {

constexpr int kExecTries = 10;

const std::string& BootId() {
  static const std::string* id = [] {
    absl::StatusOr<std::string> text = ReadFile("/proc/sys/kernel/random/boot_id");
    return new std::string(text.ok() ? absl::StripAsciiWhitespace(*text) : absl::string_view());
  }();
  return *id;
}

absl::Status Gone(pid_t pid) { return absl::NotFoundError(absl::StrCat("process ", pid, " is gone")); }

// In the middle of an exec a process shows no environment for a moment.
std::string ReadEnvironment(pid_t pid) {
  for (int i = 0; i < kExecTries; ++i) {
    absl::StatusOr<std::string> environment = ReadFile(absl::StrCat("/proc/", pid, "/environ"));
    if (!environment.ok()) return "";
    if (!environment->empty()) return *std::move(environment);
    ::poll(nullptr, 0, 1);
  }
  return "";
}

bool HasMarker(pid_t pid, absl::string_view marker) {
  const std::string environment = ReadEnvironment(pid);
  for (absl::string_view entry : absl::StrSplit(environment, '\0')) {
    if (entry == marker) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<ProcessStat> ReadProcessStat(pid_t pid) {
  absl::StatusOr<std::string> text = ReadFile(absl::StrCat("/proc/", pid, "/stat"));
  if (!text.ok()) return Gone(pid);
  // The name in parentheses may hold anything, also spaces and parentheses: count from its end.
  size_t end = text->rfind(") ");
  if (end == std::string::npos) return Gone(pid);
  std::vector<absl::string_view> fields = absl::StrSplit(absl::string_view(*text).substr(end + 2), ' ');
  ProcessStat stat;
  if (fields.size() < 20 || fields[0].empty() || !absl::SimpleAtoi(fields[1], &stat.parent) ||
      !absl::SimpleAtoi(fields[2], &stat.group) || !absl::SimpleAtoi(fields[3], &stat.session) ||
      !absl::SimpleAtoi(fields[19], &stat.start_time)) {
    return absl::InternalError(absl::StrCat("/proc/", pid, "/stat has an unknown form"));
  }
  stat.state = fields[0][0];
  return stat;
}

absl::StatusOr<ProcessIdentity> IdentifyProcess(pid_t pid) {
  ASSIGN_OR_RETURN(ProcessStat stat, ReadProcessStat(pid));
  return ProcessIdentity{pid, stat.start_time, BootId()};
}

bool IsAlive(const ProcessIdentity& id) {
  if (id.pid <= 0 || id.boot_id != BootId()) return false;
  absl::StatusOr<ProcessStat> stat = ReadProcessStat(id.pid);
  return stat.ok() && stat->start_time == id.start_time && stat->state != 'Z' && stat->state != 'X';
}

absl::Status SignalProcess(const ProcessIdentity& id, int signal) {
  if (id.pid <= 0) return absl::InvalidArgumentError("no process id");
  // The descriptor pins the process: what is checked after opening it is what gets the signal.
  UniqueFd pinned(PidfdOpen(id.pid));
  if (!pinned.valid() && errno == ESRCH) return Gone(id.pid);
  if (!IsAlive(id)) return Gone(id.pid);
  int sent = pinned.valid() ? PidfdSendSignal(pinned.get(), signal) : ::kill(id.pid, signal);
  if (sent == 0) return absl::OkStatus();
  if (errno == ESRCH) return Gone(id.pid);
  return ErrnoStatus(errno, absl::StrCat("signal process ", id.pid));
}

absl::Status WaitGone(const ProcessIdentity& id, absl::Time deadline, std::stop_token stop) {
  UniqueFd pinned(id.pid > 0 ? PidfdOpen(id.pid) : -1);
  StopFd stopped(stop);
  while (IsAlive(id)) {
    if (stop.stop_requested()) return absl::CancelledError("stopped waiting for a process");
    absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration())
      return absl::DeadlineExceededError(absl::StrCat("process ", id.pid, " still runs"));
    // A zombie counts as gone, but its descriptor becomes readable a moment before /proc says so.
    absl::Duration step = std::min(left, pinned.valid() ? absl::Seconds(1) : absl::Milliseconds(20));
    pollfd fds[] = {{pinned.get(), POLLIN, 0}, {stopped.get(), POLLIN, 0}};
    ::poll(fds, 2, static_cast<int>(absl::ToInt64Milliseconds(step)) + 1);
  }
  return absl::OkStatus();
}

std::vector<ProcessIdentity> SessionMembers(const ProcessIdentity& leader, absl::string_view marker) {
  const bool led = IsAlive(leader);
  std::vector<ProcessIdentity> members;
  std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir("/proc"), ::closedir);
  if (dir == nullptr) return members;
  while (dirent* entry = ::readdir(dir.get())) {
    pid_t pid = 0;
    if (!absl::SimpleAtoi(entry->d_name, &pid)) continue;
    absl::StatusOr<ProcessStat> stat = ReadProcessStat(pid);
    if (!stat.ok() || stat->session != leader.pid || stat->state == 'Z') continue;
    if (!led && !HasMarker(pid, marker)) continue;
    members.push_back(ProcessIdentity{pid, stat->start_time, BootId()});
  }
  return members;
}

}  // namespace waypoint
