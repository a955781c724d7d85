// Deployments of this machine: started, watched until healthy, looked at, stopped.
//
// Owns:    deployments/ of the data folder: one folder each with the app's files, its output and
//          state.json. A folder without a running process is only ever a deployment that ended by
//          itself; what a killed runner left half done is swept by the next Start or Stop.
// Threads: any; several runners at once may work on different deployments.
// Errors:  one text that says what failed, why, and what to do; a failed Start leaves nothing running.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/process_id.h"
#include "builtin/process/layout.h"
#include "builtin/process/probe.h"

namespace waypoint::builtin::process {

using Say = std::function<void(absl::string_view)>;

struct LaunchSpec {
  std::string id;
  pb::State::Owner owner;
  pb::Artifact artifact;
  std::vector<std::string> command;  // one word: goes to the shell; none: the artifact's only file
  std::vector<std::string> env;      // on top of ours without WAYPOINT_*; PORT is added
  std::string stop_signal = "TERM";
  absl::Duration stop_timeout = absl::Seconds(10);
  bool check_health = true;
  HealthCheck health;
  std::string entrypoint;  // the program waypoint-entrypoint
};

class Deployments {
 public:
  explicit Deployments(Layout layout) : layout_(std::move(layout)) {}

  absl::StatusOr<pb::Deployment> Start(const LaunchSpec& spec, const Say& say, std::stop_token stop);
  // Ends the process and all it started, removes the folder. Absent is fine.
  absl::Status Stop(const std::string& id, const Say& say);
  // All of the app in this workspace.
  absl::Status StopAll(const pb::State::Owner& owner, const Say& say);
  // NotFound: no such deployment here.
  absl::StatusOr<pb::State> Read(const std::string& id) const;
  // Unfinished deployments of the app whose deployer is gone.
  void Sweep(const pb::State::Owner& owner, const Say& say);
  // Last lines the app itself wrote.
  std::string Tail(const std::string& id, int lines) const;

 private:
  absl::StatusOr<pb::Deployment> StartIn(const std::string& folder, const LaunchSpec& spec, const Say& say,
                                         std::stop_token stop);
  absl::Status GiveUp(const LaunchSpec& spec, const absl::Status& why);
  std::vector<pb::State> All() const;

  Layout layout_;
};

ProcessIdentity FromProto(const pb::Process& process);
pb::Process ToProto(const ProcessIdentity& identity);

// A port of 127.0.0.1 that nobody listens on and no deployment has been given.
absl::StatusOr<uint16_t> PickPort(const std::vector<uint16_t>& given);

// ["make all"] -> sh -c "make all"; more words stay as they are.
std::vector<std::string> ToArgv(const std::vector<std::string>& command);

}  // namespace waypoint::builtin::process
