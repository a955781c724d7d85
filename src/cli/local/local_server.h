// The per-user server that is used when no other one is configured: found, started on demand, replaced by a newer
// program, stopped. One per user, on loopback, with its data in the XDG data folder; it outlives the command.
//
// Owns:    <data folder>/waypoint/server: lock (held by the server while it lives), start.lock (held while somebody
//          starts or stops it), state, token, server.log, data/. All for the user alone.
// Threads: none of its own; any number of processes may call this at once.
// Errors:  what went wrong in the server's own words where it told any, and where its log lies.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/local/state_file.h"

namespace waypoint::cli {

class LocalServer {
 public:
  struct Access {
    std::string address;
    std::string token;
    ProgramIdentity program;
    bool started = false;  // by this call
  };
  // Whether the server has work that a restart would disturb.
  using BusyCheck = std::function<bool(const Access&)>;

  LocalServer(std::string folder, std::string version) : folder_(std::move(folder)), version_(std::move(version)) {}

  // A running server of this user: the one that is there, or a new process. An older one is replaced if idle.
  absl::StatusOr<Access> Ensure(const BusyCheck& busy);
  // Nothing if none runs.
  std::optional<ServerState> Running() const;
  // False: none was running. Waits until its lock is free.
  absl::StatusOr<bool> Stop();

  std::string LockPath() const { return folder_ + "/lock"; }
  std::string StatePath() const { return folder_ + "/state"; }
  std::string TokenPath() const { return folder_ + "/token"; }
  std::string LogPath() const { return folder_ + "/server.log"; }
  std::string DataPath() const { return folder_ + "/data"; }
  std::string PortPath() const { return folder_ + "/port"; }
  const std::string& folder() const { return folder_; }
  absl::Status MakeFolder() const;

 private:
  std::string StartLockPath() const { return folder_ + "/start.lock"; }
  absl::StatusOr<Access> Read(const ServerState& state, bool started) const;
  absl::Status Spawn();
  absl::StatusOr<bool> StopLocked();

  const std::string folder_;
  const std::string version_;
};

// The server process is started as `waypoint server local-run FOLDER`. It writes this word to standard output and
// closes it once it listens; anything else is the reason why it could not.
inline constexpr char kReadyWord[] = "ok\n";

}  // namespace waypoint::cli
