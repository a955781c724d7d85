#include "hcl/functions/builder.h"
#include "hcl/functions/functions.h"
#include "hcl/selector.h"

namespace waypoint::hcl {
namespace {

using Args = Function::Args;

absl::StatusOr<std::map<std::string, std::string>> Labels(const Value& map) {
  std::map<std::string, std::string> labels;
  for (const auto& [key, v] : map.AsFields()) {
    if (v.IsNull()) return absl::InvalidArgumentError(absl::StrCat("the value of \"", key, "\" must not be null"));
    labels[key] = v.AsString();
  }
  return labels;
}

absl::StatusOr<bool> Matches(const std::string& text, const std::map<std::string, std::string>& labels) {
  ASSIGN_OR_RETURN(Selector selector, Selector::Parse(text));
  absl::StatusOr<bool> result = selector.Matches(labels);
  if (result.ok()) return result;
  return absl::InvalidArgumentError(absl::StrCat("selector \"", text, "\": ", result.status().message()));
}

absl::StatusOr<Value> Match(Args a, const Type&) {
  ASSIGN_OR_RETURN(auto labels, Labels(a[0]));
  ASSIGN_OR_RETURN(bool result, Matches(a[1].AsString(), labels));
  return Value::Bool(result);
}

absl::StatusOr<Type> LookupType(Args a) {
  const Type& element = a[1].type().Element();
  if (element == a[2].type()) return element;
  return absl::InvalidArgumentError(absl::StrCat("the default value must have the type of the map's values, ",
                                                 element.FriendlyName(), ", not ", a[2].type().FriendlyName()));
}

absl::StatusOr<Value> Lookup(Args a, const Type&) {
  ASSIGN_OR_RETURN(auto labels, Labels(a[0]));
  for (const auto& [selector, v] : a[1].AsFields()) {
    ASSIGN_OR_RETURN(bool result, Matches(selector, labels));
    if (result) return v;
  }
  return a[2];
}

}  // namespace

void AddSelectorFunctions(FunctionTable& table) {
  const Type labels = Type::Map(Type::String());
  Define(table, "selectormatch",
         {{Param("map", labels), Param("selector", Type::String())}, std::nullopt, Returns(Type::Bool()), Match, true});
  Define(table, "selectorlookup",
         {{Param("map", labels), Param("selectormap", Type::Map(Type::Dynamic())), Param("default", Type::Dynamic())},
          std::nullopt,
          LookupType,
          Lookup,
          true});
}

}  // namespace waypoint::hcl
