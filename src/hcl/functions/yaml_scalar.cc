#include <re2/re2.h>

#include <set>

#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/time/civil_time.h"
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

std::optional<Value> AsNumber(const std::string& text) {
  static const RE2* const kDecimal = new RE2(R"([-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?)");
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
    return std::nullopt;
  }
  if (!RE2::FullMatch(text, *kDecimal)) return std::nullopt;
  absl::StatusOr<Number> n = Number::Parse(plain);
  if (!n.ok()) return std::nullopt;
  return Value::Num(*n);
}

// Dates and times in the forms YAML 1.1 knows, written as RFC 3339.
std::optional<std::string> AsTime(const std::string& text) {
  static const RE2* const kDate = new RE2(R"((\d{4})-(\d{1,2})-(\d{1,2}))");
  static const RE2* const kTime = new RE2(
      R"((\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt]|[ \t]+)(\d{1,2}):(\d{2}):(\d{2})(?:\.\d*)?[ \t]*(Z|[-+]\d{1,2}(?::?\d{2})?)?)");
  int year, month, day, hour = 0, minute = 0, second = 0;
  std::string zone;
  bool date = RE2::FullMatch(text, *kDate, &year, &month, &day);
  if (!date && !RE2::FullMatch(text, *kTime, &year, &month, &day, &hour, &minute, &second, &zone)) return std::nullopt;
  absl::CivilSecond c(year, month, day, hour, minute, second);
  if (c.month() != month || c.day() != day || c.hour() != hour || c.minute() != minute || c.second() != second) {
    return std::nullopt;
  }
  if (zone.empty()) zone = "Z";
  int zone_hour = 0, zone_minute = 0;
  std::string sign;
  static const RE2* const kZone = new RE2(R"(([-+])(\d{1,2}):?(\d{2})?)");
  if (RE2::FullMatch(zone, *kZone, &sign, &zone_hour) ||
      RE2::FullMatch(zone, R"(([-+])(\d{1,2}):?(\d{2}))", &sign, &zone_hour, &zone_minute)) {
    zone = zone_hour == 0 && zone_minute == 0 ? "Z" : absl::StrFormat("%s%02d:%02d", sign, zone_hour, zone_minute);
  }
  return absl::StrFormat("%04d-%02d-%02dT%02d:%02d:%02d%s", year, month, day, hour, minute, second, zone);
}

}  // namespace

Value ResolveYamlScalar(const std::string& text) {
  if (NullWords().contains(text)) return Value::Null();
  if (TrueWords().contains(text)) return Value::Bool(true);
  if (FalseWords().contains(text)) return Value::Bool(false);
  if (std::optional<Value> n = AsNumber(text)) return *n;
  if (std::optional<std::string> time = AsTime(text)) return Value::Str(*time);
  return Value::Str(text);
}

}  // namespace waypoint::hcl
