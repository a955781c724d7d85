// Which process, for good: a pid alone may be given to another program, a pid with its start time
// and the boot it counts from may not. Can be written down and checked by another process later.
//
// Threads: any.
// Errors:  NotFound: the process is gone (a zombie counts as gone).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace waypoint {

struct ProcessIdentity {
  pid_t pid = 0;
  uint64_t start_time = 0;  // clock ticks since boot, field 22 of /proc/PID/stat
  std::string boot_id;      // /proc/sys/kernel/random/boot_id

  bool operator==(const ProcessIdentity&) const = default;
};

// What /proc/PID/stat says, as far as it is needed here.
struct ProcessStat {
  char state = '?';
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
  uint64_t start_time = 0;
};

absl::StatusOr<ProcessStat> ReadProcessStat(pid_t pid);
absl::StatusOr<ProcessIdentity> IdentifyProcess(pid_t pid);
bool IsAlive(const ProcessIdentity& id);

// Sends only if it still is that process; no window in which the pid can change owner.
absl::Status SignalProcess(const ProcessIdentity& id, int signal);

// Waits until it is gone; it need not be a child of ours. DeadlineExceeded, Cancelled.
absl::Status WaitGone(const ProcessIdentity& id, absl::Time deadline, std::stop_token stop = {});

// Processes of the session that `leader` leads or led. While it lives they are its session's for sure;
// later only those count whose environment holds `marker` ("KEY=value"), since the session's number may
// have been given to somebody else.
std::vector<ProcessIdentity> SessionMembers(const ProcessIdentity& leader, absl::string_view marker);

}  // namespace waypoint
