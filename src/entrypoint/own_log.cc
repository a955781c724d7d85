#include "entrypoint/own_log.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace waypoint::entrypoint {
namespace {

absl::string_view Label(LogLevel level) {
  if (level == LogLevel::kInfo) return "[INFO]  ";
  return level == LogLevel::kWarn ? "[WARN]  " : "[ERROR] ";
}

}  // namespace

void OwnLog::Write(LogLevel level, absl::string_view part, absl::string_view text) {
  if (LogEnabled(level)) WriteLog(level, part, text, {});
  if (queue_ == nullptr || level < LogLevel::kInfo) return;
  queue_->Push(absl::StrCat(Label(level), "entrypoint.", part, ": ", text, "\n"), pb::LogBatch::Entry::ENTRYPOINT,
               absl::Now());
}

}  // namespace waypoint::entrypoint
