#include "plugin/json_value.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/json_util.h"

namespace waypoint::plugin {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

std::string Quote(absl::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          absl::StrAppend(&out, "\\u", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad4));
        } else {
          out += c;
        }
    }
  }
  return out + "\"";
}

// Levels 0 and 1 show every field; below them zero fields are left out.
constexpr int kFullLevels = 2;

std::string MessageText(const Message& message, int level);

std::string ScalarText(const Message& m, const Reflection& r, const FieldDescriptor* f, int index, int level) {
  const bool many = index >= 0;
  switch (f->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(many ? r.GetRepeatedInt32(m, f, index) : r.GetInt32(m, f));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(many ? r.GetRepeatedInt64(m, f, index) : r.GetInt64(m, f));
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(many ? r.GetRepeatedUInt32(m, f, index) : r.GetUInt32(m, f));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(many ? r.GetRepeatedUInt64(m, f, index) : r.GetUInt64(m, f));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return absl::StrCat(many ? r.GetRepeatedDouble(m, f, index) : r.GetDouble(m, f));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return absl::StrCat(many ? r.GetRepeatedFloat(m, f, index) : r.GetFloat(m, f));
    case FieldDescriptor::CPPTYPE_BOOL:
      return (many ? r.GetRepeatedBool(m, f, index) : r.GetBool(m, f)) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return absl::StrCat(many ? r.GetRepeatedEnumValue(m, f, index) : r.GetEnumValue(m, f));
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string text = many ? r.GetRepeatedString(m, f, index) : r.GetString(m, f);
      return Quote(f->type() == FieldDescriptor::TYPE_BYTES ? absl::Base64Escape(text) : text);
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageText(many ? r.GetRepeatedMessage(m, f, index) : r.GetMessage(m, f), level + 1);
  }
  return "null";
}

std::string MapText(const Message& m, const Reflection& r, const FieldDescriptor* f, int level) {
  const FieldDescriptor* key = f->message_type()->map_key();
  const FieldDescriptor* value = f->message_type()->map_value();
  std::map<std::string, std::string> sorted;  // a hash map's order must not reach a record
  for (int i = 0; i < r.FieldSize(m, f); ++i) {
    const Message& entry = r.GetRepeatedMessage(m, f, i);
    const Reflection& er = *entry.GetReflection();
    std::string name = ScalarText(entry, er, key, -1, level);
    if (name.empty() || name[0] != '"') name = Quote(name);
    sorted[name] = ScalarText(entry, er, value, -1, level);
  }
  std::string out;
  for (const auto& [name, text] : sorted) absl::StrAppend(&out, out.empty() ? "" : ",", name, ":", text);
  return absl::StrCat("{", out, "}");
}

std::string FieldText(const Message& m, const FieldDescriptor* f, int level) {
  const Reflection& r = *m.GetReflection();
  if (f->is_repeated()) {
    if (r.FieldSize(m, f) == 0) return "null";
    if (f->is_map()) return MapText(m, r, f, level);
    std::string out;
    for (int i = 0; i < r.FieldSize(m, f); ++i) {
      absl::StrAppend(&out, i == 0 ? "" : ",", ScalarText(m, r, f, i, level));
    }
    return absl::StrCat("[", out, "]");
  }
  if (f->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !r.HasField(m, f)) return "null";
  return ScalarText(m, r, f, -1, level);
}

bool IsSet(const Message& m, const FieldDescriptor* f) {
  const Reflection& r = *m.GetReflection();
  return f->is_repeated() ? r.FieldSize(m, f) > 0 : r.HasField(m, f);
}

std::string MessageText(const Message& message, int level) {
  const auto* descriptor = message.GetDescriptor();
  std::map<std::string, std::string> members;  // sorted, as Go writes maps
  auto add = [&](absl::string_view name, std::string text) { members[Quote(SnakeCase(name))] = std::move(text); };
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    if (const auto* oneof = field->real_containing_oneof()) {
      if (field != oneof->field(0)) continue;
      const FieldDescriptor* set = message.GetReflection()->GetOneofFieldDescriptor(message, oneof);
      if (set != nullptr) {
        add(oneof->name(), absl::StrCat("{", Quote(SnakeCase(set->name())), ":", FieldText(message, set, level), "}"));
      } else if (level < kFullLevels) {
        add(oneof->name(), "null");
      }
    } else if (level < kFullLevels || IsSet(message, field)) {
      add(field->name(), FieldText(message, field, level));
    }
  }
  std::string out;
  for (const auto& [name, text] : members) absl::StrAppend(&out, out.empty() ? "" : ",", name, ":", text);
  return absl::StrCat("{", out, "}");
}

}  // namespace

absl::StatusOr<Json> ParseJson(absl::string_view text) {
  Json value;
  auto status = google::protobuf::util::JsonStringToMessage(std::string(text), &value);
  if (!status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("JSON does not parse: ", std::string(status.message())));
  }
  return value;
}

absl::StatusOr<std::string> MessageJson(const Message& message) {
  std::string out;
  auto status = google::protobuf::util::MessageToJsonString(message, &out);
  if (!status.ok()) return absl::InternalError(absl::StrCat("message to JSON: ", std::string(status.message())));
  return out;
}

std::string TemplateData(const Message& message) { return MessageText(message, 0); }

std::string SnakeCase(absl::string_view name) {
  std::string out;
  auto kind = [](char c) { return absl::ascii_isdigit(c) ? 'd' : absl::ascii_isupper(c) ? 'U' : c == '_' ? '_' : 'l'; };
  for (size_t i = 0; i < name.size(); ++i) {
    const char now = kind(name[i]);
    const char before = i > 0 ? kind(name[i - 1]) : '_';
    const bool digits_edge = (now == 'd') != (before == 'd');
    const bool word = now == 'U' && before != 'U';
    const bool last_of_capitals = now == 'U' && before == 'U' && i + 1 < name.size() && kind(name[i + 1]) == 'l';
    if (now != '_' && before != '_' && (digits_edge || word || last_of_capitals)) out += '_';
    out += absl::ascii_tolower(name[i]);
  }
  return out;
}

}  // namespace waypoint::plugin
