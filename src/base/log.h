// Log lines for people who operate the programs: one line an event, a name, a text, then key=value pairs.
//
//   2026-01-02T03:04:05.678+0100 [INFO]  waypoint.server: listening: address=127.0.0.1:9701
//
// Owns:    the process-wide level and destination; off until StartLogging. Never log a token.
// Threads: thread-safe. With `buffered`, lines below warn wait until FlushLog, an exit or 64 KiB.
// Errors:  lines that cannot be written are dropped.
// Spec:    cli.md 1.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace waypoint {

enum class LogLevel { kTrace, kDebug, kInfo, kWarn, kError, kOff };

// "trace" .. "error", "off", any case.
absl::StatusOr<LogLevel> ParseLogLevel(absl::string_view text);

struct LogOptions {
  LogLevel level = LogLevel::kOff;
  std::string name = "waypoint";  // first part of the name in each line
  int fd = 2;
  bool color = false;
  bool buffered = false;  // for a server, which calls FlushLog every second
};
void StartLogging(const LogOptions& options);
void SetLogLevel(LogLevel level);
LogLevel GetLogLevel();
void FlushLog();

using LogField = std::pair<absl::string_view, absl::string_view>;
bool LogEnabled(LogLevel level);
void WriteLog(LogLevel level, absl::string_view name, absl::string_view message,
              std::initializer_list<LogField> fields);

}  // namespace waypoint

// WAYPOINT_LOG(kInfo, "server.rpc", "listening", {"address", address}, {"tls", "on"});
// The fields are computed only when the level is on.
#define WAYPOINT_LOG(level, name, message, ...)                                        \
  do {                                                                                 \
    if (::waypoint::LogEnabled(::waypoint::LogLevel::level)) {                         \
      ::waypoint::WriteLog(::waypoint::LogLevel::level, name, message, {__VA_ARGS__}); \
    }                                                                                  \
  } while (false)
