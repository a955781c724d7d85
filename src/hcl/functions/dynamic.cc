#include "hcl/functions/dynamic.h"

#include "hcl/functions/builder.h"

namespace waypoint::hcl {
namespace {

constexpr char kTypeName[] = "configval";

absl::StatusOr<Value> MakeDynamic(Function::Args a, const Type&) {
  auto dynamic = std::make_shared<DynamicValue>();
  dynamic->from = a[0].AsString();
  for (const auto& [key, value] : a[1].AsFields()) {
    if (value.IsNull()) return absl::InvalidArgumentError(absl::StrCat("the value of \"", key, "\" must not be null"));
    dynamic->config[key] = value.AsString();
  }
  return Value::Capsule(kTypeName, std::move(dynamic));
}

}  // namespace

FunctionTable DynamicFunctions() {
  FunctionTable table;
  for (const char* name : {"dynamic", "configdynamic"}) {
    Define(table, name,
           {{Param("from", Type::String()), Param("config", Type::Map(Type::String()))},
            std::nullopt,
            Returns(Type::Capsule(kTypeName)),
            MakeDynamic,
            true});
  }
  return table;
}

std::optional<DynamicValue> AsDynamic(const Value& value) {
  if (!value.HasPayload() || !value.type().IsCapsule() || value.type().CapsuleName() != kTypeName) return std::nullopt;
  return *static_cast<const DynamicValue*>(value.AsCapsule().get());
}

}  // namespace waypoint::hcl
