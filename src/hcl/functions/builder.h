// Small helpers the function files share: tables are filled by one line per function.
//
// Threads: pure functions.
// Errors:  as Function: plain errors concern the call, ArgumentError an argument.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "hcl/convert.h"
#include "hcl/function.h"
#include "hcl/unify.h"

namespace waypoint::hcl {

enum ParamFlags { kNull = 1, kUnknown = 2, kDynamic = 4 };

inline Parameter Param(std::string name, Type type, int flags = 0) {
  return {std::move(name), std::move(type), (flags & kNull) != 0, (flags & kUnknown) != 0, (flags & kDynamic) != 0};
}

inline Function::TypeFn Returns(Type type) {
  return [type = std::move(type)](Function::Args) -> absl::StatusOr<Type> { return type; };
}

inline void Define(FunctionTable& table, const std::string& name, Function::Spec spec) {
  table[name] = std::make_shared<const Function>(name, std::move(spec));
}

// string(string) without errors.
template <typename F>
void DefineText(FunctionTable& table, const std::string& name, const std::string& param, int flags, F f) {
  Define(table, name,
         {{Param(param, Type::String(), flags)},
          std::nullopt,
          Returns(Type::String()),
          [f](Function::Args a, const Type&) -> absl::StatusOr<Value> { return Value::Str(f(a[0].AsString())); }});
}

// A whole number in range of int64.
inline absl::StatusOr<int64_t> WholeNumber(const Value& v) {
  if (std::optional<int64_t> n = v.AsNumber().AsInt64()) return *n;
  return absl::InvalidArgumentError(absl::StrCat("a whole number is required, not ", v.AsNumber().ToString()));
}

// How much a function may produce before it is stopped as a mistake.
inline constexpr size_t kMaxResultBytes = 64 << 20;
inline constexpr size_t kMaxResultElements = 1 << 20;

}  // namespace waypoint::hcl
