#include "cli/json.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "google/protobuf/util/json_util.h"

namespace waypoint::cli {
namespace {

// protobuf indents by one space a level; the original by a tab.
std::string SpacesToTabs(const std::string& json) {
  std::string out;
  bool at_start = true;
  for (char c : json) {
    if (at_start && c == ' ') {
      out += '\t';
      continue;
    }
    at_start = c == '\n';
    out += c;
  }
  return out;
}

std::string Convert(const google::protobuf::Message& message, bool whitespace) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = whitespace;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  // An Any of an unknown type cannot be shown; everything of it is still in its text form.
  return status.ok() ? json : JsonQuoted(message.ShortDebugString());
}

}  // namespace

std::string JsonQuoted(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    switch (c) {
      case '"':
      case '\\':
        out += '\\';
        out += c;
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          absl::StrAppendFormat(&out, "\\u%04x", static_cast<int>(c));
        } else {
          out += c;
        }
    }
  }
  return out + "\"";
}

namespace {

// A finished value, which stands on one line, broken as the rest of the document.
void AppendIndented(std::string& out, absl::string_view compact, int indent) {
  bool quoted = false;
  for (size_t i = 0; i < compact.size(); ++i) {
    const char c = compact[i];
    const char next = i + 1 < compact.size() ? compact[i + 1] : '\0';
    const bool opens = c == '{' || c == '[';
    const bool closes = c == '}' || c == ']';
    if (quoted || !(opens || closes || c == ',' || c == ':')) {
      out += c;
      if (quoted && c == '\\') out += compact[++i];
      if (c == '"') quoted = !quoted;
      continue;
    }
    if (closes) absl::StrAppend(&out, "\n", std::string(indent -= 2, ' '));
    out += c;
    if (c == ':') out += ' ';
    if (opens && (next == '}' || next == ']')) {
      out += compact[++i];
    } else if (opens || c == ',') {
      indent += opens ? 2 : 0;
      absl::StrAppend(&out, "\n", std::string(indent, ' '));
    }
  }
}

}  // namespace

std::string ProtoJson(const google::protobuf::Message& message) {
  std::string json = SpacesToTabs(Convert(message, true));
  if (json.empty() || json.back() != '\n') json += '\n';
  return json;
}

std::string ProtoJsonValue(const google::protobuf::Message& message) { return Convert(message, false); }

Json Json::Text(std::string value) { return Json(Kind::kRaw, JsonQuoted(value)); }
Json Json::Number(int64_t value) { return Json(Kind::kRaw, absl::StrCat(value)); }
Json Json::Bool(bool value) { return Json(Kind::kRaw, value ? "true" : "false"); }

Json Json::Time(const google::protobuf::Timestamp& time) {
  const absl::Time at = absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
  return Text(absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", at, absl::UTCTimeZone()));
}

Json Json::StringMap(const std::map<std::string, std::string>& values) {
  Json object = Object();
  for (const auto& [key, value] : values) object.Set(key, Text(value));
  return object;
}

Json& Json::Set(const std::string& key, Json value) {
  members_.insert_or_assign(key, std::move(value));
  return *this;
}

Json& Json::Add(Json value) {
  items_.push_back(std::move(value));
  return *this;
}

void Json::PrintTo(std::string& out, int indent) const {
  if (kind_ == Kind::kRaw) {
    AppendIndented(out, raw_, indent);
    return;
  }
  const bool object = kind_ == Kind::kObject;
  if (empty()) {
    out += object ? "{}" : "[]";
    return;
  }
  const std::string inner(indent + 2, ' ');
  out += object ? "{\n" : "[\n";
  bool first = true;
  auto item = [&](const std::string& prefix, const Json& value) {
    absl::StrAppend(&out, first ? "" : ",\n", inner, prefix);
    value.PrintTo(out, indent + 2);
    first = false;
  };
  for (const auto& [key, value] : members_) item(absl::StrCat(JsonQuoted(key), ": "), value);
  for (const Json& value : items_) item("", value);
  absl::StrAppend(&out, "\n", std::string(indent, ' '), object ? "}" : "]");
}

std::string Json::Print() const {
  std::string out;
  PrintTo(out, 0);
  return out + "\n";
}

}  // namespace waypoint::cli
