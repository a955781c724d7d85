#include "hcl/convert.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "hcl/unify.h"

namespace waypoint::hcl {
namespace {

bool CanConvertPrimitive(const Type& from, const Type& to, Conversions allowed) {
  if (from == to || to.IsString()) return true;
  return from.IsString() && allowed == Conversions::kUnsafe;
}

bool CanConvertTuple(const Type& from, const Type& to, Conversions allowed) {
  const auto &a = from.Elements(), &b = to.Elements();
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](const Type& x, const Type& y) { return CanConvert(x, y, allowed); });
}

bool CanConvertObject(const Type& from, const Type& to, Conversions allowed) {
  return std::all_of(to.Attributes().begin(), to.Attributes().end(), [&](const auto& attribute) {
    auto it = from.Attributes().find(attribute.first);
    return it != from.Attributes().end() && CanConvert(it->second, attribute.second, allowed);
  });
}

// The element type that parts of these types get inside `collection`. In a map it may stay open: the values decide.
std::optional<Type> CommonElement(const std::vector<Type>& parts, const Type& collection, Conversions allowed) {
  const Type& want = collection.Element();
  if (!want.IsDynamic() || parts.empty()) return want;
  std::optional<Type> common = Unify(parts, allowed);
  if (common && common->IsDynamic() && !collection.IsMap() &&
      !std::all_of(parts.begin(), parts.end(), [](const Type& t) { return t.IsDynamic(); })) {
    return std::nullopt;
  }
  return common;
}

// Tuple or object to collection.
bool CanCollect(const Type& from, const Type& to, Conversions allowed) {
  std::vector<Type> parts = ElementTypes(from);
  std::optional<Type> element = CommonElement(parts, to, allowed);
  return element &&
         std::all_of(parts.begin(), parts.end(), [&](const Type& t) { return CanConvert(t, *element, allowed); });
}

absl::StatusOr<Value> Apply(const Value& value, const Type& target);

absl::StatusOr<Value> ApplyAt(const Value& value, const Type& target, std::string_view place) {
  absl::StatusOr<Value> out = Apply(value, target);
  return out.ok() ? std::move(out) : Annotate(out.status(), std::string(place));
}

absl::StatusOr<Value> ApplyPrimitive(const Value& value, const Type& target) {
  if (target.IsString()) {
    if (value.type().IsBool()) return Value::Str(value.AsBool() ? "true" : "false");
    if (!value.AsNumber().CanWrite()) {
      return absl::InvalidArgumentError(absl::StrCat("the number ", value.AsNumber().ToString(),
                                                     " is too large or too small to be written as a string"));
    }
    return Value::Str(value.AsNumber().ToString());
  }
  const std::string& text = value.AsString();
  if (target.IsNumber()) {
    ASSIGN_OR_RETURN(Number number, Number::Parse(text));
    return Value::Num(std::move(number));
  }
  if (text == "true" || text == "1") return Value::Bool(true);
  if (text == "false" || text == "0") return Value::Bool(false);
  if (text == "True" || text == "TRUE") {
    return absl::InvalidArgumentError("a bool is required, and as text it is written \"true\"");
  }
  if (text == "False" || text == "FALSE") {
    return absl::InvalidArgumentError("a bool is required, and as text it is written \"false\"");
  }
  return absl::InvalidArgumentError("a bool is required");
}

// Parts converted one by one may still differ inside (list(any) in list(any)): in lists and maps they get what they
// have in common, in a set they must be of one type already.
absl::StatusOr<Type> Settle(std::vector<Value*> parts, const Type& collection) {
  constexpr char kDiffer[] = "all elements must have the same type";
  const auto one_type = [&] {
    return std::all_of(parts.begin(), parts.end(), [&](const Value* v) { return v->type() == parts[0]->type(); });
  };
  if (one_type()) return parts[0]->type();
  if (collection.IsSet()) return absl::InvalidArgumentError(kDiffer);
  std::vector<Type> types;
  for (const Value* v : parts) {
    if (!v->type().IsDynamic()) types.push_back(v->type());
  }
  const bool open = types.size() < parts.size();  // bare nulls take the type of the others
  if (open && !std::all_of(types.begin(), types.end(), [&](const Type& t) { return t == types[0]; })) {
    return absl::InvalidArgumentError(kDiffer);
  }
  std::optional<Type> common = Unify(types);
  if (!common) return absl::InvalidArgumentError(kDiffer);
  for (Value* v : parts) {
    ASSIGN_OR_RETURN(*v, ConvertTo(*v, *common));
  }
  if (!one_type()) return absl::InvalidArgumentError(kDiffer);
  return parts[0]->type();
}

absl::StatusOr<Value> ApplySequence(const Value& value, const Type& target) {
  const Type& from = value.type();
  Type element = target.Element();
  if (from.IsTuple()) element = CommonElement(from.Elements(), target, Conversions::kUnsafe).value_or(element);
  if (value.Length() == 0) {
    if (element.IsDynamic() && from.IsCollection()) element = from.Element();
  }
  Value::Vector out;
  out.reserve(value.Length());
  for (const Value& v : value.Elements()) {
    ASSIGN_OR_RETURN(Value converted, ApplyAt(v, element, absl::StrCat("element ", out.size())));
    out.push_back(std::move(converted));
  }
  if (!out.empty() && element.HasDynamic()) {
    std::vector<Value*> parts;
    for (Value& v : out) parts.push_back(&v);
    ASSIGN_OR_RETURN(element, Settle(std::move(parts), target));
  }
  return target.IsList() ? Value::List(element, std::move(out)) : Value::Set(element, std::move(out));
}

absl::StatusOr<Value> ApplyToMap(const Value& value, const Type& target) {
  const Type& from = value.type();
  Type element = target.Element();
  if (from.IsObject()) element = CommonElement(ElementTypes(from), target, Conversions::kUnsafe).value_or(element);
  if (value.Length() == 0 && element.IsDynamic() && from.IsMap()) element = from.Element();
  Value::Fields out;
  for (const auto& [key, v] : value.AsFields()) {
    ASSIGN_OR_RETURN(Value converted, ApplyAt(v, element, absl::StrCat("element \"", key, "\"")));
    out.emplace_hint(out.end(), key, std::move(converted));
  }
  if (!out.empty() && element.HasDynamic()) {
    std::vector<Value*> parts;
    for (auto& [key, v] : out) parts.push_back(&v);
    ASSIGN_OR_RETURN(element, Settle(std::move(parts), target));
  }
  return Value::Map(element, std::move(out));
}

absl::StatusOr<Value> ApplyToObject(const Value& value, const Type& target) {
  Value::Fields out;
  for (const auto& [name, want] : target.Attributes()) {
    const Value* v = value.Find(name);
    if (v == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("the map lacks the attribute \"", name, "\""));
    }
    ASSIGN_OR_RETURN(Value converted, ApplyAt(*v, want, absl::StrCat("attribute \"", name, "\"")));
    out.emplace_hint(out.end(), name, std::move(converted));
  }
  return Value::Object(std::move(out));
}

absl::StatusOr<Value> ApplyToTuple(const Value& value, const Type& target) {
  Value::Vector out;
  for (size_t i = 0; i < value.Length(); ++i) {
    ASSIGN_OR_RETURN(Value converted, ApplyAt(value.Elements()[i], target.Elements()[i], absl::StrCat("element ", i)));
    out.push_back(std::move(converted));
  }
  return Value::Tuple(std::move(out));
}

// CanConvert has held for the types.
absl::StatusOr<Value> Apply(const Value& value, const Type& target) {
  if (target.IsDynamic() || value.type() == target) return value;
  if (!value.IsKnown()) return Value::Unknown(target);
  if (value.IsNull()) return Value::Null(target);
  switch (target.kind()) {
    case Kind::kList:
    case Kind::kSet:
      return ApplySequence(value, target);
    case Kind::kMap:
      return ApplyToMap(value, target);
    case Kind::kObject:
      return ApplyToObject(value, target);
    case Kind::kTuple:
      return ApplyToTuple(value, target);
    default:
      return ApplyPrimitive(value, target);
  }
}

std::string_view CollectionWord(const Type& t) { return t.IsMap() ? "map" : t.IsSet() ? "set" : "list"; }

}  // namespace

bool CanConvert(const Type& from, const Type& to, Conversions allowed) {
  if (to.IsDynamic() || from == to) return true;
  if (from.IsDynamic()) return allowed == Conversions::kUnsafe;
  if (from.IsPrimitive() && to.IsPrimitive()) return CanConvertPrimitive(from, to, allowed);
  bool unsafe = allowed == Conversions::kUnsafe;
  switch (to.kind()) {
    case Kind::kObject:
      if (from.IsObject()) return CanConvertObject(from, to, allowed);
      return unsafe && from.IsMap() && std::all_of(to.Attributes().begin(), to.Attributes().end(), [&](const auto& a) {
               return CanConvert(from.Element(), a.second, allowed);
             });
    case Kind::kTuple:
      return from.IsTuple() && CanConvertTuple(from, to, allowed);
    case Kind::kMap:
      if (from.IsObject()) return CanCollect(from, to, allowed);
      return from.IsMap() && CanConvert(from.Element(), to.Element(), allowed);
    case Kind::kList:
    case Kind::kSet:
      if (from.IsTuple()) return CanCollect(from, to, allowed);
      if (to.IsSet() && from.IsList() && !unsafe) return false;
      return (from.IsList() || from.IsSet()) && CanConvert(from.Element(), to.Element(), allowed);
    default:
      return false;
  }
}

absl::StatusOr<Value> ConvertTo(const Value& value, const Type& target) {
  if (value.type() == target) return value;
  if (!CanConvert(value.type(), target)) return absl::InvalidArgumentError(MismatchMessage(value.type(), target));
  return Apply(value, target);
}

std::string MismatchMessage(const Type& got, const Type& want) {
  if (got.IsObject() && want.IsObject()) {
    for (const auto& [name, type] : want.Attributes()) {
      auto it = got.Attributes().find(name);
      if (it == got.Attributes().end()) return absl::StrCat("attribute \"", name, "\" is required");
      if (!CanConvert(it->second, type)) {
        return absl::StrCat("attribute \"", name, "\": ", MismatchMessage(it->second, type));
      }
    }
  }
  bool structural = got.IsTuple() ? want.IsList() || want.IsSet() : got.IsObject() && want.IsMap();
  if (structural) {
    if (want.Element().IsDynamic()) {
      return absl::StrCat("all ", std::string(CollectionWord(want)), " elements must have the same type");
    }
    std::vector<Type> parts = ElementTypes(got);
    for (size_t i = 0; i < parts.size(); ++i) {
      if (CanConvert(parts[i], want.Element())) continue;
      std::string place =
          got.IsTuple()
              ? absl::StrCat("element ", i)
              : absl::StrCat("element \"", std::next(got.Attributes().begin(), static_cast<std::ptrdiff_t>(i))->first,
                             "\"");
      return absl::StrCat(place, ": ", MismatchMessage(parts[i], want.Element()));
    }
  }
  std::string name = want.FriendlyName();
  if (want.IsCollection() && want.Element().IsDynamic())
    name = absl::StrCat(std::string(CollectionWord(want)), " of any single type");
  return absl::StrCat(name, " required");
}

}  // namespace waypoint::hcl
