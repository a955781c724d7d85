#include <algorithm>

#include "config/config.h"
#include "hcl/functions/json_text.h"
#include "hcl/unify.h"

namespace waypoint::config {
namespace {

using hcl::Type;
using hcl::Value;

// Arrays become lists of one type. nullopt: their elements have none in common.
std::optional<Value> WithLists(const Value& value) {
  if (value.IsNull()) return value;
  if (value.type().IsTuple()) {
    Value::Vector elements;
    std::vector<Type> types;
    for (const Value& v : value.Elements()) {
      std::optional<Value> element = WithLists(v);
      if (!element) return std::nullopt;
      types.push_back(element->type());
      elements.push_back(*std::move(element));
    }
    if (elements.empty()) return Value::Tuple({});
    bool same = std::all_of(types.begin(), types.end(), [&](const Type& t) { return t == types[0]; });
    return same ? std::optional<Value>(Value::List(types[0], std::move(elements))) : std::nullopt;
  }
  if (!value.type().IsObject()) return value;
  Value::Fields fields;
  for (const auto& [name, v] : value.AsFields()) {
    std::optional<Value> field = WithLists(v);
    if (!field) return std::nullopt;
    fields.emplace(name, *std::move(field));
  }
  return Value::Object(std::move(fields));
}

}  // namespace

std::optional<Value> TemplateData(const std::string& json) {
  if (json.empty()) return std::nullopt;
  absl::StatusOr<Value> value = hcl::ParseJson(json);
  if (!value.ok() || !value->type().IsObject()) return std::nullopt;
  return WithLists(*value);
}

Value EntrypointVariable(const Labels& env) { return Value::Object({{"env", Value::StringMap(env)}}); }

}  // namespace waypoint::config
