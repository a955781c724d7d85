#include "hcl/functions/builder.h"
#include "hcl/functions/functions.h"

namespace waypoint::hcl {
namespace {

using Args = Function::Args;

absl::StatusOr<Type> KeysType(Args a) {
  const Type& type = a[0].type();
  if (type.IsMap()) return Type::List(Type::String());
  if (type.IsObject()) return Type::Tuple(std::vector<Type>(type.Attributes().size(), Type::String()));
  if (type.IsDynamic()) return Type::Dynamic();
  return ArgumentError(0, absl::StrCat("only maps and objects have keys, not a ", type.FriendlyName()));
}

absl::StatusOr<Value> Keys(Args a, const Type& result) {
  Value::Vector out;
  if (a[0].type().IsObject()) {
    for (const auto& [name, type] : a[0].type().Attributes()) out.push_back(Value::Str(name));
    return Value::Tuple(std::move(out));
  }
  if (!a[0].IsKnown()) return Value::Unknown(result);
  for (const auto& [key, v] : a[0].AsFields()) out.push_back(Value::Str(key));
  return Value::List(Type::String(), std::move(out));
}

absl::StatusOr<Type> ValuesType(Args a) {
  const Type& type = a[0].type();
  if (type.IsMap()) return Type::List(type.Element());
  if (type.IsObject()) return Type::Tuple(ElementTypes(type));
  return absl::InvalidArgumentError("only maps and objects have values");
}

absl::StatusOr<Value> Values(Args a, const Type& result) {
  Value::Vector out;
  for (const auto& [key, v] : a[0].AsFields()) out.push_back(v);
  return result.IsList() ? Value::List(result.Element(), std::move(out)) : Value::Tuple(std::move(out));
}

std::string NoMap(const Type& type) {
  return absl::StrCat("the arguments must be maps or objects, not ", type.FriendlyName());
}

absl::StatusOr<Type> MergeType(Args a) {
  if (a.empty()) return Type::Object({});
  std::map<std::string, Type> attributes;
  bool same = true, keys_known = true;
  for (const Value& v : a) {
    const Type& type = v.type();
    if (type.IsDynamic()) return type;  // unknown, or a bare null: the values decide
    if (!type.IsMap() && !type.IsObject()) {
      return absl::InvalidArgumentError(NoMap(type));
    }
    same = same && type == a[0].type();
    if (v.IsNull()) continue;
    if (type.IsObject()) {
      for (const auto& [name, t] : type.Attributes()) attributes[name] = t;
    } else if (v.IsKnown()) {
      for (const auto& [key, element] : v.AsFields()) attributes[key] = type.Element();
    } else {
      keys_known = false;
    }
  }
  if (same) return a[0].type();
  return keys_known ? Type::Object(std::move(attributes)) : Type::Dynamic();
}

absl::StatusOr<Value> Merge(Args a, const Type& result) {
  Value::Fields out;
  for (const Value& v : a) {
    if (v.IsNull()) continue;
    if (!v.type().IsMap() && !v.type().IsObject()) {
      if (v.CanIterate() && v.Length() == 0) continue;
      return absl::InvalidArgumentError(NoMap(v.type()));
    }
    for (const auto& [key, element] : v.AsFields()) out[key] = element;
  }
  if (result.IsMap()) return Value::Map(result.Element(), std::move(out));
  return Value::Object(std::move(out));
}

absl::Status CheckKeys(const Value& keys, size_t values) {
  if (keys.Length() != values) {
    return absl::InvalidArgumentError(absl::StrCat("there are ", keys.Length(), " keys for ", values, " values"));
  }
  for (const Value& key : keys.Elements()) {
    if (key.IsNull()) return absl::InvalidArgumentError("a key must not be null");
  }
  return absl::OkStatus();
}

absl::StatusOr<Type> ZipmapType(Args a) {
  const Type& values = a[1].type();
  if (values.IsList()) return Type::Map(values.Element());
  if (!values.IsTuple()) return absl::InvalidArgumentError("the values must be a list or a tuple");
  if (!a[0].IsWhollyKnown()) return Type::Dynamic();
  RETURN_IF_ERROR(CheckKeys(a[0], values.Elements().size()));
  std::map<std::string, Type> attributes;
  for (size_t i = 0; i < a[0].Length(); ++i) attributes[a[0].Elements()[i].AsString()] = values.Elements()[i];
  return Type::Object(std::move(attributes));
}

absl::StatusOr<Value> Zipmap(Args a, const Type& result) {
  if (!a[0].IsWhollyKnown()) return Value::Unknown(result);
  RETURN_IF_ERROR(CheckKeys(a[0], a[1].Length()));
  Value::Fields out;
  for (size_t i = 0; i < a[0].Length(); ++i) out[a[0].Elements()[i].AsString()] = a[1].Elements()[i];
  return result.IsMap() ? Value::Map(result.Element(), std::move(out)) : Value::Object(std::move(out));
}

}  // namespace

void AddMapFunctions(FunctionTable& table) {
  const Type any = Type::Dynamic();
  Define(table, "keys", {{Param("inputMap", any, kUnknown)}, std::nullopt, KeysType, Keys});
  Define(table, "values", {{Param("values", any)}, std::nullopt, ValuesType, Values});
  Define(table, "merge", {{}, Param("maps", any, kNull | kDynamic), MergeType, Merge});
  Define(table, "zipmap",
         {{Param("keys", Type::List(Type::String())), Param("values", any)}, std::nullopt, ZipmapType, Zipmap});
}

}  // namespace waypoint::hcl
