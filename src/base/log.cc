#include "base/log.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "absl/base/thread_annotations.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace waypoint {
namespace {

constexpr size_t kBufferBytes = 64 << 10;

struct LevelText {
  const char* name;
  const char* tag;
  const char* color;
};
constexpr LevelText kLevels[] = {{"trace", "[TRACE]", "\033[90m"}, {"debug", "[DEBUG]", "\033[97m"},
                                 {"info", "[INFO] ", "\033[34m"},  {"warn", "[WARN] ", "\033[33m"},
                                 {"error", "[ERROR]", "\033[31m"}, {"off", "", ""}};

std::atomic<int> g_level{static_cast<int>(LogLevel::kOff)};

std::string Quoted(absl::string_view value) {
  std::string out = "\"";
  for (char c : value) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (absl::ascii_iscntrl(static_cast<unsigned char>(c)) && c != '\t') {
      absl::StrAppendFormat(&out, "\\x%02x", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

bool NeedsQuotes(absl::string_view value) {
  if (value.empty()) return true;
  for (unsigned char c : value) {
    if (c <= ' ' || c == '"' || c == '=' || c == 0x7f) return true;
  }
  return false;
}

// A text stays one line, whatever it was made of.
void AppendText(absl::string_view text, std::string* out) {
  for (char c : text) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) {
      *out += ' ';
    } else {
      *out += c;
    }
  }
}

class Sink {
 public:
  void Start(const LogOptions& options) {
    absl::MutexLock lock(&mu_);
    FlushLocked();
    options_ = options;
  }

  void Write(LogLevel level, absl::string_view name, absl::string_view message,
             std::initializer_list<LogField> fields) {
    const absl::Time now = absl::Now();
    const LevelText& text = kLevels[static_cast<int>(level)];
    absl::MutexLock lock(&mu_);
    absl::StrAppend(&buffer_, Stamp(now), " ", options_.color ? text.color : "", text.tag,
                    options_.color ? "\033[0m" : "", " ", options_.name, name.empty() ? "" : ".", name, ": ");
    AppendText(message, &buffer_);
    bool first = true;
    for (const auto& [key, value] : fields) {
      absl::StrAppend(&buffer_, first ? ": " : " ", key, "=", NeedsQuotes(value) ? Quoted(value) : std::string(value));
      first = false;
    }
    buffer_ += '\n';
    if (!options_.buffered || level >= LogLevel::kWarn || buffer_.size() >= kBufferBytes) FlushLocked();
  }

  void Flush() {
    absl::MutexLock lock(&mu_);
    FlushLocked();
  }

 private:
  // Formatting the date costs more than the rest of a line, so a second's text is kept.
  std::string Stamp(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    const int64_t seconds = absl::ToUnixSeconds(now);
    if (seconds != stamped_) {
      stamped_ = seconds;
      date_ = absl::FormatTime("%Y-%m-%d%ET%H:%M:%S", now, absl::LocalTimeZone());
      zone_ = absl::FormatTime("%z", now, absl::LocalTimeZone());
    }
    return absl::StrFormat("%s.%03d%s", date_, absl::ToUnixMillis(now) % 1000, zone_);
  }

  void FlushLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    absl::string_view rest = buffer_;
    while (!rest.empty()) {
      const ssize_t n = ::write(options_.fd, rest.data(), rest.size());
      if (n <= 0) break;
      rest.remove_prefix(static_cast<size_t>(n));
    }
    buffer_.clear();
  }

  absl::Mutex mu_;
  LogOptions options_ ABSL_GUARDED_BY(mu_);
  std::string buffer_ ABSL_GUARDED_BY(mu_);
  int64_t stamped_ ABSL_GUARDED_BY(mu_) = -1;
  std::string date_ ABSL_GUARDED_BY(mu_), zone_ ABSL_GUARDED_BY(mu_);
};

Sink& TheSink() {
  static Sink* const sink = [] {
    std::atexit(FlushLog);
    return new Sink();
  }();
  return *sink;
}

}  // namespace

absl::StatusOr<LogLevel> ParseLogLevel(absl::string_view text) {
  const std::string lower = absl::AsciiStrToLower(text);
  for (int i = 0; i <= static_cast<int>(LogLevel::kOff); ++i) {
    if (lower == kLevels[i].name) return static_cast<LogLevel>(i);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" is no log level; use trace, debug, info, warn, error or off"));
}

void StartLogging(const LogOptions& options) {
  TheSink().Start(options);
  SetLogLevel(options.level);
}

void SetLogLevel(LogLevel level) { g_level.store(static_cast<int>(level), std::memory_order_relaxed); }
LogLevel GetLogLevel() { return static_cast<LogLevel>(g_level.load(std::memory_order_relaxed)); }
void FlushLog() { TheSink().Flush(); }

bool LogEnabled(LogLevel level) { return level >= GetLogLevel() && level != LogLevel::kOff; }

void WriteLog(LogLevel level, absl::string_view name, absl::string_view message,
              std::initializer_list<LogField> fields) {
  TheSink().Write(level, name, message, fields);
}

}  // namespace waypoint
