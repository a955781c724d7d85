#include "replay/likeness.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"

namespace waypoint::replay {
namespace {

using google::protobuf::Value;

bool IsUlid(const std::string& text) {
  if (text.size() != 26 || text[0] > '7') return false;
  for (char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c)) && !absl::ascii_isupper(static_cast<unsigned char>(c))) {
      return false;
    }
  }
  return text.compare(0, 4, "0000") != 0;  // the first user's id is the same everywhere
}

bool IsTime(const std::string& text) {
  absl::Time time;
  return absl::ParseTime(absl::RFC3339_full, text, &time, nullptr);
}

// "<token>", also inside base64.
bool IsPlaceholder(const std::string& text) {
  if (absl::StrContains(text, "<") && absl::StrContains(text, ">")) return true;
  std::string plain;
  return absl::Base64Unescape(text, &plain) && absl::StartsWith(plain, "<") && absl::EndsWith(plain, ">");
}

// The fields of an Any were written in an order that differs from time to time: the same bytes in another order.
bool SameBytes(const std::string& a, const std::string& b) {
  std::string x, y;
  if (!absl::Base64Unescape(a, &x) || !absl::Base64Unescape(b, &y)) return false;
  std::sort(x.begin(), x.end());
  std::sort(y.begin(), y.end());
  return x == y;
}

// Fields whose content is chance or says who answers.
bool IsRandom(absl::string_view path) {
  return absl::EndsWith(path, ".accessor_id") || absl::EndsWith(path, "info.version");
}

std::string Show(const Value& value) {
  switch (value.kind_case()) {
    case Value::kStringValue:
      return absl::StrCat("\"", value.string_value(), "\"");
    case Value::KIND_NOT_SET:
      return "nothing";
    default:
      return value.ShortDebugString();
  }
}

}  // namespace

std::vector<std::string> Likeness::Compare(const Struct& recorded, const Struct& ours) {
  CompareObjects("", recorded, ours);
  return std::exchange(differences_, {});
}

void Likeness::CompareObjects(const std::string& path, const Struct& recorded, const Struct& ours) {
  std::set<std::string> names;
  for (const auto& field : recorded.fields()) names.insert(field.first);
  for (const auto& field : ours.fields()) names.insert(field.first);
  for (const std::string& name : names) {
    auto a = recorded.fields().find(name);
    auto b = ours.fields().find(name);
    CompareValues(path.empty() ? name : absl::StrCat(path, ".", name),
                  a == recorded.fields().end() ? Value::default_instance() : a->second,
                  b == ours.fields().end() ? Value::default_instance() : b->second);
  }
}

void Likeness::CompareValues(const std::string& path, const Value& recorded, const Value& ours) {
  if (recorded.kind_case() != ours.kind_case()) return Differ(path, Show(recorded), Show(ours));
  switch (recorded.kind_case()) {
    case Value::kStructValue:
      return CompareObjects(path, recorded.struct_value(), ours.struct_value());
    case Value::kListValue: {
      const auto& a = recorded.list_value().values();
      const auto& b = ours.list_value().values();
      if (a.size() != b.size()) return Differ(path, absl::StrCat(a.size(), " items"), absl::StrCat(b.size(), " items"));
      for (int i = 0; i < a.size(); ++i) CompareValues(absl::StrCat(path, "[", i, "]"), a[i], b[i]);
      return;
    }
    case Value::kStringValue:
      return CompareTexts(path, recorded.string_value(), ours.string_value());
    default:
      if (Show(recorded) != Show(ours)) Differ(path, Show(recorded), Show(ours));
  }
}

void Likeness::CompareTexts(const std::string& path, const std::string& recorded, const std::string& ours) {
  if (recorded == ours || IsRandom(path) || IsPlaceholder(recorded)) return;
  if (IsTime(recorded) && IsTime(ours)) return;
  if (absl::EndsWith(path, ".value") && SameBytes(recorded, ours)) return;
  if (IsUlid(recorded) && IsUlid(ours)) {
    const std::string& bound = ours_.emplace(recorded, ours).first->second;
    if (bound != ours) Differ(path, absl::StrCat(recorded, " (ours: ", bound, ")"), ours);
    return;
  }
  Differ(path, recorded, ours);
}

void Likeness::Differ(const std::string& path, absl::string_view recorded, absl::string_view ours) {
  differences_.push_back(absl::StrCat(path, ": recorded ", recorded, ", ours ", ours));
}

Struct Likeness::ToOurs(const Struct& recorded, const std::string& token) const {
  Value value;
  *value.mutable_struct_value() = recorded;
  Translate(&value, token);
  return value.struct_value();
}

void Likeness::Translate(Value* value, const std::string& token) const {
  if (value->has_struct_value()) {
    for (auto& field : *value->mutable_struct_value()->mutable_fields()) Translate(&field.second, token);
  } else if (value->has_list_value()) {
    for (Value& item : *value->mutable_list_value()->mutable_values()) Translate(&item, token);
  } else if (value->has_string_value()) {
    auto bound = ours_.find(value->string_value());
    if (bound != ours_.end()) value->set_string_value(bound->second);
    if (value->string_value() == "<token>") value->set_string_value(token);
  }
}

}  // namespace waypoint::replay
