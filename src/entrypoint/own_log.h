// The entrypoint's own log: to stderr at its level, and from info on to the server with the app's lines.
//
// Threads: thread-safe. Set up once before other threads start.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "base/log.h"
#include "entrypoint/line_queue.h"

namespace waypoint::entrypoint {

class OwnLog {
 public:
  explicit OwnLog(LineQueue* queue) : queue_(queue) {}  // null: no server

  // `part`: "child", "config", "logs", "exec", "server".
  void Info(absl::string_view part, absl::string_view text) { Write(LogLevel::kInfo, part, text); }
  void Warn(absl::string_view part, absl::string_view text) { Write(LogLevel::kWarn, part, text); }
  void Error(absl::string_view part, absl::string_view text) { Write(LogLevel::kError, part, text); }
  void Debug(absl::string_view part, absl::string_view text) { Write(LogLevel::kDebug, part, text); }

 private:
  void Write(LogLevel level, absl::string_view part, absl::string_view text);
  LineQueue* const queue_;
};

}  // namespace waypoint::entrypoint
