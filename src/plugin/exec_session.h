// What an exec or logs function of a component talks to: somebody's terminal, somebody's log view (B9).
//
// Threads: Read belongs to one thread, the others may come from any.
// Errors:  of the transport behind it.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sdk/messages.pb.h"

namespace waypoint::plugin {

class ExecSession {
 public:
  virtual ~ExecSession() = default;
  virtual const ::hashicorp::waypoint::sdk::Args::ExecSessionInfo& info() const = 0;
  virtual absl::Status Write(absl::string_view data, bool is_stderr) = 0;
  // False: the session ended. The input's own end is a message with input_closed.
  virtual absl::StatusOr<bool> Read(::hashicorp::waypoint::sdk::ExecSession::InputRequest* input) = 0;
};

class LogViewer {
 public:
  virtual ~LogViewer() = default;
  virtual const ::hashicorp::waypoint::sdk::Args::LogViewer& info() const = 0;
  virtual absl::Status Send(const ::hashicorp::waypoint::sdk::Logs::NextBatchResp& batch) = 0;
};

}  // namespace waypoint::plugin
