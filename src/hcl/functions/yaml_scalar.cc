#include <re2/re2.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/time/civil_time.h"
#include "base/status.h"
#include "hcl/functions/yaml_reader.h"

namespace waypoint::hcl {
namespace {

const std::set<std::string>& NullWords() {
  static const auto* const kWords = new std::set<std::string>{"", "~", "null", "Null", "NULL"};
  return *kWords;
}

const std::set<std::string>& TrueWords() {
  static const auto* const kWords =
      new std::set<std::string>{"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"};
  return *kWords;
}

const std::set<std::string>& FalseWords() {
  static const auto* const kWords =
      new std::set<std::string>{"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"};
  return *kWords;
}

absl::Status NoNumber(const std::string& text) {
  return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is no number; put it in quotes if it is a text"));
}

// nullopt: a text. An error: it looks like a number, but no digit is in it.
absl::StatusOr<std::optional<Value>> AsNumber(const std::string& text) {
  static const RE2* const kDecimal =
      new RE2(R"([-+][0-9_]*|[-+]?(?:[0-9][0-9_]*|(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?))");
  static const RE2* const kHex = new RE2(R"([-+]?0x[0-9a-fA-F_]+)");
  static const RE2* const kOctal = new RE2(R"([-+]?0o[0-7_]+)");
  static const RE2* const kInfinity = new RE2(R"([-+]?\.(?:inf|Inf|INF))");
  if (RE2::FullMatch(text, *kInfinity)) return Value::Num(Number::Infinity(text[0] == '-'));
  std::string plain = absl::StrReplaceAll(text, {{"_", ""}});
  bool hex = RE2::FullMatch(text, *kHex);
  if (hex || RE2::FullMatch(text, *kOctal)) {
    plain = absl::StrReplaceAll(plain, {{"0x", ""}, {"0o", ""}});
    std::optional<Number> n = Number::ParseInt(plain, hex ? 16 : 8);
    if (n) return Value::Num(*n);
    return NoNumber(text);
  }
  if (!RE2::FullMatch(text, *kDecimal)) return std::nullopt;
  absl::StatusOr<Number> n = Number::Parse(plain);
  if (!n.ok()) return NoNumber(text);
  return Value::Num(*n);
}

}  // namespace

bool IsYamlNan(const std::string& text) { return text == ".nan" || text == ".NaN" || text == ".NAN"; }

// A date; a date, "T", a time and a zone; or a date, blanks and a time without a zone.
std::optional<std::string> YamlTime(const std::string& text) {
  static const RE2* const kDate = new RE2(R"((\d{4})-(\d{1,2})-(\d{1,2}))");
  static const RE2* const kTime =
      new RE2(R"((\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt]| +)(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d+)?(Z|[-+]\d{2}:\d{2})?)");
  int year, month, day, hour = 0, minute = 0, second = 0;
  std::string zone;
  bool date = RE2::FullMatch(text, *kDate, &year, &month, &day);
  if (!date && !RE2::FullMatch(text, *kTime, &year, &month, &day, &hour, &minute, &second, &zone)) return std::nullopt;
  absl::CivilSecond c(year, month, day, hour, minute, second);
  if (c.month() != month || c.day() != day || c.hour() != hour || c.minute() != minute || c.second() != second) {
    return std::nullopt;
  }
  const bool spaced = text.find(' ') != std::string::npos;
  if (!date && spaced != zone.empty()) return std::nullopt;
  if (zone.empty() || zone.substr(1) == "00:00") zone = "Z";
  return absl::StrFormat("%04d-%02d-%02dT%02d:%02d:%02d%s", year, month, day, hour, minute, second, zone);
}

absl::StatusOr<Value> ResolveYamlScalar(const std::string& text) {
  if (NullWords().contains(text)) return Value::Null();
  if (TrueWords().contains(text)) return Value::Bool(true);
  if (FalseWords().contains(text)) return Value::Bool(false);
  ASSIGN_OR_RETURN(std::optional<Value> number, AsNumber(text));
  if (number) return *number;
  if (std::optional<std::string> time = YamlTime(text)) return Value::Str(*time);
  return Value::Str(text);
}

}  // namespace waypoint::hcl
