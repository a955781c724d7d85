// A releaser's hand on the front of an app: started when absent, switched, drained, stopped.
//
// Owns:    nothing; the front is a process of its own that survives its starter.
// Threads: any; two starters of one front wait for each other (a lock file in its folder).
// Errors:  AlreadyExists: the port belongs to another program. Unavailable: no front runs.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "builtin/process.pb.h"

namespace waypoint::builtin::process {

struct FrontOptions {
  std::string folder;
  std::vector<std::string> program;  // {"/proc/self/exe", "process-front"}
  std::string address = "127.0.0.1";
  uint16_t port = 0;
  std::string protocol = "http";
};

class FrontClient {
 public:
  explicit FrontClient(std::string folder) : folder_(std::move(folder)) {}

  // Listening at that address when it returns; an unchanged front is left as it is.
  static absl::StatusOr<FrontClient> Ensure(const FrontOptions& options);

  absl::StatusOr<::process::FrontAnswer> Show() const;
  absl::Status Switch(const ::process::Backend& backend) const;
  // How many connections had to be cut off. No front: 0.
  absl::StatusOr<int> Drain(const std::string& deployment_id, absl::Duration patience) const;
  // Ends the front and waits for it; removes its folder. No front: fine.
  absl::Status Stop(absl::Duration patience) const;
  // The port it has or had; 0 if unknown.
  uint16_t KnownPort() const;

 private:
  absl::StatusOr<::process::FrontAnswer> Ask(const ::process::FrontCommand& command, absl::Duration patience) const;
  std::string folder_;
};

}  // namespace waypoint::builtin::process
