#include "hcl/value.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_format.h"
#include "hcl/unicode.h"

namespace waypoint::hcl {

Value Value::Bool(bool value) { return Value(Type::Bool(), Payload(value)); }
Value Value::Num(Number value) { return Value(Type::Number(), Payload(std::move(value))); }

Value Value::Str(std::string value) {
  return Value(Type::String(), Payload(std::make_shared<const std::string>(Nfc(value))));
}

Value Value::List(Type element, Vector elements) {
  return Value(Type::List(std::move(element)), Payload(std::make_shared<const Vector>(std::move(elements))));
}

Value Value::ListOf(Vector elements) {
  Type element = elements.empty() ? Type::Dynamic() : elements[0].type();
  return List(std::move(element), std::move(elements));
}

Value Value::Set(Type element, Vector elements) {
  std::stable_sort(elements.begin(), elements.end(), SetLess);
  Vector kept;
  for (Value& v : elements) {
    // Equal values may be apart when others share their sort text. Two unknowns may turn out to differ.
    bool seen = false;
    for (size_t i = kept.size(); i > 0 && !seen && !SetLess(kept[i - 1], v); --i) {
      seen = kept[i - 1].Equals(v) && v.IsWhollyKnown();
    }
    if (!seen) kept.push_back(std::move(v));
  }
  return Value(Type::Set(std::move(element)), Payload(std::make_shared<const Vector>(std::move(kept))));
}

Value Value::Map(Type element, Fields fields) {
  return Value(Type::Map(std::move(element)), Payload(std::make_shared<const Fields>(std::move(fields))));
}

Value Value::MapOf(Fields fields) {
  Type element = fields.empty() ? Type::Dynamic() : fields.begin()->second.type();
  return Map(std::move(element), std::move(fields));
}

Value Value::StringMap(const std::map<std::string, std::string>& entries) {
  Fields fields;
  for (const auto& [key, text] : entries) fields.emplace(key, Str(text));
  return Map(Type::String(), std::move(fields));
}

Value Value::Tuple(Vector elements) {
  std::vector<Type> types;
  types.reserve(elements.size());
  for (const Value& v : elements) types.push_back(v.type());
  return Value(Type::Tuple(std::move(types)), Payload(std::make_shared<const Vector>(std::move(elements))));
}

Value Value::Object(Fields fields) {
  std::map<std::string, Type> types;
  for (const auto& [name, v] : fields) types.emplace_hint(types.end(), name, v.type());
  return Value(Type::Object(std::move(types)), Payload(std::make_shared<const Fields>(std::move(fields))));
}

Value Value::Capsule(std::string type_name, std::shared_ptr<const void> payload) {
  return Value(Type::Capsule(std::move(type_name)), Payload(std::move(payload)));
}

Value Value::WithType(Type type) const {
  Value copy = *this;
  copy.type_ = std::move(type);
  return copy;
}

bool Value::IsWhollyKnown() const {
  if (!IsKnown()) return false;
  if (IsNull()) return true;
  if (const auto* s = std::get_if<Sequence>(&payload_)) {
    return std::all_of((*s)->begin(), (*s)->end(), [](const Value& v) { return v.IsWhollyKnown(); });
  }
  if (const auto* m = std::get_if<Mapping>(&payload_)) {
    return std::all_of((*m)->begin(), (*m)->end(), [](const auto& e) { return e.second.IsWhollyKnown(); });
  }
  return true;
}

size_t Value::Length() const {
  if (const auto* s = std::get_if<Sequence>(&payload_)) return (*s)->size();
  if (const auto* m = std::get_if<Mapping>(&payload_)) return (*m)->size();
  return 0;
}

bool Value::CanIterate() const {
  return std::holds_alternative<Sequence>(payload_) || std::holds_alternative<Mapping>(payload_);
}

const Value* Value::Find(std::string_view key) const {
  const auto* m = std::get_if<Mapping>(&payload_);
  if (m == nullptr) return nullptr;
  auto it = (*m)->find(std::string(key));
  return it == (*m)->end() ? nullptr : &it->second;
}

bool Value::Equals(const Value& other) const {
  if (state_ != other.state_ || !(type_ == other.type_)) return false;
  if (state_ != State::kKnown) return true;
  switch (type_.kind()) {
    case Kind::kBool:
      return AsBool() == other.AsBool();
    case Kind::kNumber:
      return AsNumber() == other.AsNumber();
    case Kind::kString:
      return AsString() == other.AsString();
    case Kind::kCapsule:
      return AsCapsule() == other.AsCapsule();
    case Kind::kDynamic:
      return true;
    default:
      break;
  }
  if (const auto* s = std::get_if<Sequence>(&payload_)) {
    const Vector& b = other.Elements();
    return std::equal((*s)->begin(), (*s)->end(), b.begin(), b.end(),
                      [](const Value& x, const Value& y) { return x.Equals(y); });
  }
  const Fields &a = AsFields(), &b = other.AsFields();
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return x.first == y.first && x.second.Equals(y.second); });
}

namespace {

// true, false, or nullopt: cannot say because of an unknown.
std::optional<bool> Same(const Value& a, const Value& b);

std::optional<bool> SameParts(const Value& a, const Value& b) {
  if (a.Length() != b.Length()) return false;
  bool unsure = false;
  auto add = [&unsure](std::optional<bool> one) {
    if (!one) unsure = true;
    return one.value_or(true);
  };
  if (a.type().IsMap() || a.type().IsObject()) {
    for (const auto& [key, value] : a.AsFields()) {
      const Value* mate = b.Find(key);
      if (mate == nullptr || !add(Same(value, *mate))) return false;
    }
  } else {
    for (size_t i = 0; i < a.Length(); ++i) {
      if (!add(Same(a.Elements()[i], b.Elements()[i]))) return false;
    }
  }
  return unsure ? std::nullopt : std::optional<bool>(true);
}

std::optional<bool> Same(const Value& a, const Value& b) {
  if (a.IsKnown() && b.IsKnown() && (a.IsNull() || b.IsNull())) return a.IsNull() && b.IsNull();
  if (!a.IsKnown() || !b.IsKnown()) {
    // Nulls of all types are equal, and an unknown may turn out to be one.
    if (a.IsNull() || b.IsNull() || a.IsKnown() == b.IsKnown()) return std::nullopt;
    const Type& open = a.IsKnown() ? b.type() : a.type();
    const bool decided = !open.HasDynamic() && !(a.type() == b.type());
    return decided ? std::optional<bool>(false) : std::nullopt;
  }
  if (!(a.type() == b.type())) return false;
  if (a.type().IsPrimitive() || a.type().IsCapsule()) return a.Equals(b);
  return SameParts(a, b);
}

// Compound set elements have no natural order; this text gives them one.
void AppendSortText(const Value& v, std::string& out) {
  if (!v.IsKnown() || v.IsNull()) {
    out += v.IsKnown() ? '~' : '?';
    return;
  }
  switch (v.type().kind()) {
    case Kind::kNumber:
      out += v.AsNumber().HashText();
      return;
    case Kind::kBool:
      out += v.AsBool() ? 'T' : 'F';
      return;
    case Kind::kString:
      absl::StrAppendFormat(&out, "\"%s\"", v.AsString());
      return;
    case Kind::kMap:
      out += '{';
      for (const auto& [key, value] : v.AsFields()) {
        absl::StrAppendFormat(&out, "\"%s\":", key);
        AppendSortText(value, out);
        out += ';';
      }
      out += '}';
      return;
    case Kind::kObject:
      out += '<';
      for (const auto& [key, value] : v.AsFields()) {
        AppendSortText(value, out);
        out += ';';
      }
      out += '>';
      return;
    case Kind::kList:
    case Kind::kSet:
    case Kind::kTuple:
      out += v.type().IsTuple() ? '<' : '[';
      for (const Value& e : v.Elements()) {
        AppendSortText(e, out);
        out += ';';
      }
      out += v.type().IsTuple() ? '>' : ']';
      return;
    default:
      return;
  }
}

}  // namespace

Value Value::EqualTo(const Value& other) const {
  std::optional<bool> same = Same(*this, other);
  return same ? Bool(*same) : Unknown(Type::Bool());
}

bool Value::SetLess(const Value& a, const Value& b) {
  if (a.IsNull() != b.IsNull()) return b.IsNull();
  if (a.IsNull()) return false;
  if (a.IsKnown() != b.IsKnown()) return a.IsKnown();
  if (!a.IsKnown()) return false;
  if (a.type() == b.type()) {
    switch (a.type().kind()) {
      case Kind::kBool:
        return !a.AsBool() && b.AsBool();
      case Kind::kNumber:
        return a.AsNumber() < b.AsNumber();
      case Kind::kString:
        return a.AsString() < b.AsString();
      default:
        break;
    }
  }
  std::string x, y;
  AppendSortText(a, x);
  AppendSortText(b, y);
  return x < y;
}

}  // namespace waypoint::hcl
