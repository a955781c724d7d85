#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "base/go_duration.h"
#include "hcl/functions/builder.h"
#include "hcl/functions/functions.h"

namespace waypoint::hcl {
namespace {

using Args = Function::Args;

struct Timestamp {
  absl::CivilSecond local;
  int offset_seconds = 0;
  bool utc = false;  // written with Z
  int64_t nanoseconds = 0;
};

std::optional<int> Digits(std::string_view text, size_t at, size_t count) {
  if (at + count > text.size()) return std::nullopt;
  int value = 0;
  for (char c : text.substr(at, count)) {
    if (!absl::ascii_isdigit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// YYYY-MM-DDTHH:MM:SS[.fraction](Z|+HH:MM), nothing else.
std::optional<Timestamp> ParseTimestamp(std::string_view s) {
  auto year = Digits(s, 0, 4), month = Digits(s, 5, 2), day = Digits(s, 8, 2);
  auto hour = Digits(s, 11, 2), minute = Digits(s, 14, 2), second = Digits(s, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  if (s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':') return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  Timestamp t;
  t.local = absl::CivilSecond(*year, *month, *day, *hour, *minute, *second);
  if (t.local.month() != *month || t.local.day() != *day) return std::nullopt;  // no such day
  size_t at = 19;
  if (at < s.size() && s[at] == '.') {
    size_t start = ++at;
    int64_t unit = 100000000;
    for (; at < s.size() && absl::ascii_isdigit(s[at]); ++at, unit /= 10) t.nanoseconds += (s[at] - '0') * unit;
    if (at == start) return std::nullopt;
  }
  if (s.substr(at) == "Z") {
    t.utc = true;
    return t;
  }
  auto hours = Digits(s, at + 1, 2), minutes = Digits(s, at + 4, 2);
  if (!hours || !minutes || s.size() != at + 6 || s[at + 3] != ':' || *hours > 23 || *minutes > 59) return std::nullopt;
  if (s[at] != '+' && s[at] != '-') return std::nullopt;
  t.offset_seconds = (*hours * 3600 + *minutes * 60) * (s[at] == '-' ? -1 : 1);
  return t;
}

std::string Offset(const Timestamp& t, const char* separator) {
  int minutes = std::abs(t.offset_seconds) / 60;
  return absl::StrFormat("%c%02d%s%02d", t.offset_seconds < 0 ? '-' : '+', minutes / 60, separator, minutes % 60);
}

std::string Text(const Timestamp& t) {
  const bool before_zero = t.local.year() < 0;
  return absl::StrFormat("%s%04d-%02d-%02dT%02d:%02d:%02d%s", before_zero ? "-" : "", std::abs(t.local.year()),
                         t.local.month(), t.local.day(), t.local.hour(), t.local.minute(), t.local.second(),
                         t.utc || t.offset_seconds == 0 ? "Z" : Offset(t, ":"));
}

constexpr const char* kMonths[] = {"January", "February", "March",     "April",   "May",      "June",
                                   "July",    "August",   "September", "October", "November", "December"};
constexpr const char* kDays[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

// One run of equal letters.
std::optional<std::string> FormatRun(std::string_view run, const Timestamp& t) {
  const absl::CivilSecond& c = t.local;
  int hour12 = c.hour() % 12 == 0 ? 12 : c.hour() % 12;
  std::string day = kDays[static_cast<int>(absl::GetWeekday(absl::CivilDay(c)))], month = kMonths[c.month() - 1];
  auto two = [](int n) { return absl::StrFormat("%02d", n); };
  bool utc = t.offset_seconds == 0;
  if (run == "YYYY") return absl::StrFormat("%04d", c.year());
  if (run == "YY") return two(static_cast<int>(c.year() % 100));
  if (run == "MMMM") return month;
  if (run == "MMM") return month.substr(0, 3);
  if (run == "MM") return two(c.month());
  if (run == "M") return absl::StrCat(c.month());
  if (run == "DD") return two(c.day());
  if (run == "D") return absl::StrCat(c.day());
  if (run == "EEEE") return day;
  if (run == "EEE") return day.substr(0, 3);
  if (run == "hh") return two(c.hour());
  if (run == "h") return absl::StrCat(c.hour());
  if (run == "HH") return two(hour12);
  if (run == "H") return absl::StrCat(hour12);
  if (run == "AA") return c.hour() < 12 ? "AM" : "PM";
  if (run == "aa") return c.hour() < 12 ? "am" : "pm";
  if (run == "mm") return two(c.minute());
  if (run == "m") return absl::StrCat(c.minute());
  if (run == "ss") return two(c.second());
  if (run == "s") return absl::StrCat(c.second());
  if (run == "ZZZZZ") return Offset(t, ":");
  if (run == "ZZZZ") return Offset(t, "");
  if (run == "ZZZ") return utc ? "UTC" : Offset(t, "");
  if (run == "Z") return utc ? "Z" : Offset(t, ":");
  return std::nullopt;
}

// 'it''s' starting at the opening quote; moves `at` behind the closing one.
absl::StatusOr<std::string> QuotedLiteral(std::string_view spec, size_t& at) {
  std::string out;
  if (spec.substr(at).starts_with("''")) {  // outside of a text it stands for itself
    at += 2;
    return "'";
  }
  for (++at; at < spec.size(); ++at) {
    if (spec[at] != '\'') {
      out += spec[at];
    } else if (at + 1 < spec.size() && spec[at + 1] == '\'') {
      out += spec[++at];
      if (at + 1 == spec.size()) ++at;
      if (at == spec.size()) return out;  // 0.11 takes the end for the closing quote
    } else {
      ++at;
      return out;
    }
  }
  return ArgumentError(0, "a text in quotes (') is not closed");
}

absl::StatusOr<Value> FormatDate(Args a, const Type&) {
  std::optional<Timestamp> t = ParseTimestamp(a[1].AsString());
  if (!t) return ArgumentError(1, absl::StrCat("not a valid RFC3339 timestamp: \"", a[1].AsString(), "\""));
  const std::string& spec = a[0].AsString();
  std::string out;
  for (size_t at = 0; at < spec.size();) {
    if (spec[at] == '\'') {
      ASSIGN_OR_RETURN(std::string literal, QuotedLiteral(spec, at));
      out += literal;
    } else if (absl::ascii_isalpha(spec[at])) {
      size_t end = spec.find_first_not_of(spec[at], at);
      std::string run = spec.substr(at, end - at);
      std::optional<std::string> text = FormatRun(run, *t);
      if (!text) {
        return ArgumentError(
            0, absl::StrCat("\"", run, "\" stands for no part of a time (literal text goes in quotes: '", run, "')"));
      }
      out += *text;
      at += run.size();
    } else {
      out += spec[at++];
    }
  }
  return Value::Str(out);
}

absl::StatusOr<Value> TimeAdd(Args a, const Type&) {
  std::optional<Timestamp> t = ParseTimestamp(a[0].AsString());
  if (!t) return absl::InvalidArgumentError(absl::StrCat("not a valid RFC3339 timestamp: \"", a[0].AsString(), "\""));
  const std::string& text = a[1].AsString();
  const std::optional<absl::Duration> duration = ParseGoDuration(text);
  if (!duration.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "not a valid duration: \"", text, "\" (use numbers with their units, as in \"1h30m\"; less than 292 years)"));
  }
  absl::Time time = absl::FromCivil(t->local, absl::UTCTimeZone()) + absl::Nanoseconds(t->nanoseconds) + *duration;
  t->local = absl::ToCivilSecond(time, absl::UTCTimeZone());
  return Value::Str(Text(*t));
}

}  // namespace

void AddTimeFunctions(FunctionTable& table, const Clock* clock) {
  const Type s = Type::String();
  Define(table, "formatdate", {{Param("format", s), Param("time", s)}, std::nullopt, Returns(s), FormatDate});
  Define(table, "timeadd", {{Param("timestamp", s), Param("duration", s)}, std::nullopt, Returns(s), TimeAdd});
  Define(table, "timestamp",
         {{}, std::nullopt, Returns(s), [clock](Args, const Type&) -> absl::StatusOr<Value> {
            if (clock == nullptr) return absl::FailedPreconditionError("there is no clock here");
            return Value::Str(absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", clock->Now(), absl::UTCTimeZone()));
          }});
}

}  // namespace waypoint::hcl
