#include "config/go_struct.h"

#include <cmath>
#include <functional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "hcl/functions/json_text.h"

namespace waypoint::config {

using hcl::Value;

GoKind KindOf(const ps::Type& type) {
  if (type.has_struct_()) return GoKind::kStruct;
  if (type.has_container()) {
    switch (type.container().kind()) {
      case 17:
        return GoKind::kArray;
      case 21:
        return GoKind::kMap;
      case 22:
        return GoKind::kPointer;
      case 23:
        return GoKind::kSlice;
      default:
        return GoKind::kAny;
    }
  }
  uint32_t kind = type.primitive().kind();
  if (kind == 1) return GoKind::kBool;
  if (kind >= 2 && kind <= 6) return GoKind::kInt;
  if (kind >= 7 && kind <= 12) return GoKind::kUint;
  if (kind == 13 || kind == 14) return GoKind::kFloat;
  return kind == 24 ? GoKind::kString : GoKind::kAny;
}

int IntegerBits(const ps::Type& type) {
  uint32_t kind = type.primitive().kind();
  uint32_t step = kind <= 6 ? kind - 2 : kind - 7;  // 0: the machine's own
  return step == 0 || step > 4 ? 64 : 4 << step;
}

std::string TagValue(const std::string& tag, const std::string& key) {
  std::string marker = key + ":\"";
  for (size_t at = tag.find(marker); at != std::string::npos; at = tag.find(marker, at + 1)) {
    if (at > 0 && tag[at - 1] != ' ') continue;
    size_t start = at + marker.size();
    return tag.substr(start, tag.find('"', start) - start);
  }
  return "";
}

HclTag HclTagOf(const ps::Struct::Field& field) {
  std::string text = TagValue(field.tag(), "hcl");
  if (text.empty()) return {};
  std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits(',', 1));
  const std::string& word = parts.second;
  FieldRole role = word == "optional" ? FieldRole::kOptional
                   : word == "block"  ? FieldRole::kBlock
                   : word == "label"  ? FieldRole::kLabel
                   : word == "remain" ? FieldRole::kRest
                   : word == "body"   ? FieldRole::kRest
                                      : FieldRole::kAttribute;
  return {parts.first, role};
}

JsonTag JsonTagOf(const ps::Struct::Field& field) {
  JsonTag tag;
  tag.omit = !field.pkgpath().empty();
  tag.name = field.name();
  std::string text = TagValue(field.tag(), "json");
  if (text == "-") tag.omit = true;
  std::vector<std::string> parts = absl::StrSplit(text, ',');
  if (!parts[0].empty()) tag.name = parts[0];
  for (size_t i = 1; i < parts.size(); ++i) tag.omit_empty = tag.omit_empty || parts[i] == "omitempty";
  return tag;
}

hcl::Type AttributeType(const ps::Type& type) {
  switch (KindOf(type)) {
    case GoKind::kBool:
      return hcl::Type::Bool();
    case GoKind::kInt:
    case GoKind::kUint:
    case GoKind::kFloat:
      return hcl::Type::Number();
    case GoKind::kString:
      return hcl::Type::String();
    case GoKind::kPointer:
      return AttributeType(type.container().elem());
    case GoKind::kArray:
    case GoKind::kSlice:
      return hcl::Type::List(AttributeType(type.container().elem()));
    case GoKind::kMap:
      return hcl::Type::Map(AttributeType(type.container().elem()));
    case GoKind::kAny:
      return hcl::Type::Dynamic();
    case GoKind::kStruct:
      break;
  }
  std::map<std::string, hcl::Type> attributes;
  for (const auto& field : type.struct_().fields()) {
    std::string name = TagValue(field.tag(), "cty");
    if (!name.empty()) attributes[name] = AttributeType(field.type());
  }
  return hcl::Type::Object(std::move(attributes));
}

namespace {

bool IsBytes(const ps::Type& type) {
  return KindOf(type) == GoKind::kSlice && KindOf(type.container().elem()) == GoKind::kUint &&
         IntegerBits(type.container().elem()) == 8;
}

std::string StructJson(const ps::Struct& structure, const std::function<std::string(const ps::Struct::Field&)>& value) {
  std::string out = "{";
  for (const auto& field : structure.fields()) {
    JsonTag tag = JsonTagOf(field);
    if (tag.omit) continue;
    std::string text = value(field);
    if (tag.omit_empty && text == ZeroJson(field.type()) && KindOf(field.type()) != GoKind::kStruct) continue;
    absl::StrAppend(&out, out.size() > 1 ? "," : "", hcl::JsonString(tag.name), ":", text);
  }
  return out + "}";
}

absl::StatusOr<std::string> IntegerJson(const hcl::Number& n, const ps::Type& type) {
  int bits = IntegerBits(type);
  bool is_signed = KindOf(type) == GoKind::kInt;
  int64_t high = is_signed ? (bits == 64 ? INT64_MAX : (int64_t{1} << (bits - 1)) - 1) : 0;
  if (is_signed) {
    std::optional<int64_t> whole = n.AsInt64();
    if (whole && *whole <= high && *whole >= -high - 1) return absl::StrCat(*whole);
    return absl::InvalidArgumentError(
        absl::StrCat("value must be a whole number, between ", -high - 1, " and ", high, " inclusive"));
  }
  uint64_t limit = bits == 64 ? UINT64_MAX : (uint64_t{1} << bits) - 1;
  std::optional<uint64_t> whole = n.AsUint64();
  if (whole && *whole <= limit) return absl::StrCat(*whole);
  return absl::InvalidArgumentError(absl::StrCat("value must be a whole number, between 0 and ", limit, " inclusive"));
}

absl::StatusOr<std::string> FloatJson(const hcl::Number& n) {
  double value = n.AsDouble();
  if (!std::isfinite(value)) return absl::InvalidArgumentError("value is too large for a floating-point number");
  return hcl::Number::FromDouble(value).ToString();
}

absl::StatusOr<std::string> SequenceJson(const Value& value, const ps::Type& type) {
  if (IsBytes(type)) {
    std::string bytes;
    for (const Value& v : value.Elements()) {
      std::optional<uint64_t> byte = v.IsNull() ? std::nullopt : v.AsNumber().AsUint64();
      if (!byte || *byte > 255) return absl::InvalidArgumentError("value must be a list of bytes, 0 to 255");
      bytes += static_cast<char>(*byte);
    }
    return hcl::JsonString(absl::Base64Escape(bytes));
  }
  std::string out = "[";
  for (const Value& v : value.Elements()) {
    ASSIGN_OR_RETURN(std::string element, GoJson(v, type.container().elem()));
    absl::StrAppend(&out, out.size() > 1 ? "," : "", element);
  }
  return out + "]";
}

absl::StatusOr<std::string> MapJson(const Value& value, const ps::Type& type) {
  std::string out = "{";
  for (const auto& [key, v] : value.AsFields()) {
    absl::StatusOr<std::string> element = GoJson(v, type.container().elem());
    if (!element.ok()) return Annotate(element.status(), "element \"", key, "\"");
    absl::StrAppend(&out, out.size() > 1 ? "," : "", hcl::JsonString(key), ":", *element);
  }
  return out + "}";
}

absl::StatusOr<std::string> ObjectJson(const Value& value, const ps::Type& type) {
  absl::Status status;
  std::string out = StructJson(type.struct_(), [&](const ps::Struct::Field& field) {
    std::string name = TagValue(field.tag(), "cty");
    const Value* v = name.empty() ? nullptr : value.Find(name);
    if (v == nullptr) return ZeroJson(field.type());
    absl::StatusOr<std::string> text = GoJson(*v, field.type());
    if (text.ok()) return *text;
    status.Update(Annotate(text.status(), "attribute \"", name, "\""));
    return std::string("null");
  });
  RETURN_IF_ERROR(status);
  return out;
}

}  // namespace

std::string ZeroJson(const ps::Type& type) {
  switch (KindOf(type)) {
    case GoKind::kBool:
      return "false";
    case GoKind::kInt:
    case GoKind::kUint:
    case GoKind::kFloat:
      return "0";
    case GoKind::kString:
      return "\"\"";
    case GoKind::kStruct:
      return StructJson(type.struct_(), [](const ps::Struct::Field& field) { return ZeroJson(field.type()); });
    case GoKind::kArray: {
      std::string out = "[";
      for (int i = 0; i < type.container().count(); ++i) {
        absl::StrAppend(&out, i > 0 ? "," : "", ZeroJson(type.container().elem()));
      }
      return out + "]";
    }
    default:
      return "null";
  }
}

absl::StatusOr<std::string> GoJson(const Value& value, const ps::Type& type) {
  GoKind kind = KindOf(type);
  if (value.IsNull()) {
    bool has_nil = kind == GoKind::kPointer || kind == GoKind::kSlice || kind == GoKind::kMap || kind == GoKind::kAny;
    if (has_nil) return std::string("null");
    return absl::InvalidArgumentError("null value is not allowed");
  }
  switch (kind) {
    case GoKind::kBool:
      return std::string(value.AsBool() ? "true" : "false");
    case GoKind::kInt:
    case GoKind::kUint:
      return IntegerJson(value.AsNumber(), type);
    case GoKind::kFloat:
      return FloatJson(value.AsNumber());
    case GoKind::kString:
      return hcl::JsonString(value.AsString());
    case GoKind::kPointer:
      return GoJson(value, type.container().elem());
    case GoKind::kArray:
      if (value.Length() != static_cast<size_t>(type.container().count())) {
        return absl::InvalidArgumentError(absl::StrCat("must be a list of ", type.container().count(), " elements"));
      }
      return SequenceJson(value, type);
    case GoKind::kSlice:
      return SequenceJson(value, type);
    case GoKind::kMap:
      return MapJson(value, type);
    case GoKind::kStruct:
      return ObjectJson(value, type);
    case GoKind::kAny:
      return hcl::ToJson(value);
  }
  return std::string("null");
}

}  // namespace waypoint::config
