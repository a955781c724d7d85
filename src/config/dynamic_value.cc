#include "config/dynamic_value.h"

#include "hcl/functions/builder.h"

namespace waypoint::config {
namespace {

constexpr char kTypeName[] = "dynamicVal";

absl::StatusOr<hcl::Value> MakeDynamic(hcl::Function::Args a, const hcl::Type&) {
  auto dynamic = std::make_shared<DynamicDefault>();
  dynamic->from = a[0].AsString();
  for (const auto& [key, value] : a[1].AsFields()) {
    if (value.IsNull()) return hcl::ArgumentError(1, absl::StrCat("the value of \"", key, "\" must not be null"));
    dynamic->config[key] = value.AsString();
  }
  return hcl::Value::Capsule(kTypeName, std::move(dynamic));
}

}  // namespace

hcl::FunctionTable DynamicFunctions() {
  hcl::FunctionTable table;
  for (const char* name : {"dynamic", "configdynamic"}) {
    hcl::Define(table, name,
                {{hcl::Param("from", hcl::Type::String()), hcl::Param("config", hcl::Type::Map(hcl::Type::String()))},
                 std::nullopt,
                 hcl::Returns(hcl::Type::Capsule(kTypeName)),
                 MakeDynamic,
                 true});
  }
  return table;
}

std::optional<DynamicDefault> AsDynamic(const hcl::Value& value) {
  if (!value.HasPayload() || !value.type().IsCapsule() || value.type().CapsuleName() != kTypeName) return std::nullopt;
  return *static_cast<const DynamicDefault*>(value.AsCapsule().get());
}

}  // namespace waypoint::config
