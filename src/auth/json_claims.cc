#include "auth/json_claims.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/util/json_util.h"

namespace waypoint::auth {
namespace {

bool IsNull(const JsonValue& value) {
  return value.kind_case() == JsonValue::kNullValue || value.kind_case() == JsonValue::KIND_NOT_SET;
}

const JsonValue* Step(const JsonValue& value, const std::string& token) {
  if (value.has_struct_value()) return FindMember(value.struct_value(), token);
  int index = 0;
  if (!value.has_list_value() || !absl::SimpleAtoi(token, &index)) return nullptr;
  const auto& items = value.list_value().values();
  if (index < 0 || index >= items.size() || IsNull(items[index])) return nullptr;
  return &items[index];
}

}  // namespace

absl::StatusOr<JsonObject> ParseJsonObject(absl::string_view text) {
  JsonObject object;
  const auto parsed = google::protobuf::util::JsonStringToMessage({text.data(), text.size()}, &object);
  if (parsed.ok()) return object;
  return absl::InvalidArgumentError("this is no JSON object");
}

const JsonValue* FindMember(const JsonObject& object, const std::string& name) {
  auto it = object.fields().find(name);
  return it == object.fields().end() || IsNull(it->second) ? nullptr : &it->second;
}

const JsonValue* FindClaim(const JsonObject& object, const std::string& source) {
  if (!absl::StartsWith(source, "/")) return FindMember(object, source);
  const std::vector<std::string> tokens = absl::StrSplit(source.substr(1), '/');
  auto plain = [](const std::string& token) { return absl::StrReplaceAll(token, {{"~1", "/"}, {"~0", "~"}}); };
  const JsonValue* value = FindMember(object, plain(tokens[0]));
  for (size_t i = 1; value != nullptr && i < tokens.size(); ++i) value = Step(*value, plain(tokens[i]));
  return value;
}

std::string TextMember(const JsonObject& object, const std::string& name) {
  const JsonValue* value = FindMember(object, name);
  return value == nullptr ? std::string() : value->string_value();
}

std::optional<double> NumberMember(const JsonObject& object, const std::string& name) {
  const JsonValue* value = FindMember(object, name);
  if (value == nullptr || value->kind_case() != JsonValue::kNumberValue) return std::nullopt;
  return value->number_value();
}

std::vector<std::string> TextsMember(const JsonObject& object, const std::string& name) {
  const JsonValue* value = FindMember(object, name);
  if (value == nullptr) return {};
  if (value->kind_case() == JsonValue::kStringValue) return {value->string_value()};
  std::vector<std::string> texts;
  for (const JsonValue& item : value->list_value().values()) texts.push_back(item.string_value());
  return texts;
}

}  // namespace waypoint::auth
