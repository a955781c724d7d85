#include "hcl/functions/builder.h"
#include "hcl/functions/functions.h"
#include "hcl/functions/json_text.h"

namespace waypoint::hcl {

void AddJsonFunctions(FunctionTable& table) {
  auto decoded_type = [](Function::Args a) -> absl::StatusOr<Type> {
    if (!a[0].IsKnown()) return Type::Dynamic();
    ASSIGN_OR_RETURN(Value v, ParseJson(a[0].AsString()));
    return v.type();
  };
  auto decode = [](Function::Args a, const Type&) { return ParseJson(a[0].AsString()); };
  auto encode = [](Function::Args a, const Type&) -> absl::StatusOr<Value> {
    ASSIGN_OR_RETURN(std::string text, ToJson(a[0]));
    return Value::Str(std::move(text));
  };
  Define(table, "jsondecode", {{Param("str", Type::String())}, std::nullopt, decoded_type, decode});
  Define(table, "jsonencode",
         {{Param("val", Type::Dynamic(), kNull | kDynamic)}, std::nullopt, Returns(Type::String()), encode, true});
}

}  // namespace waypoint::hcl
