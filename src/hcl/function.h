// A function of the configuration language: signature, result type, implementation (waypoint-hcl.md A3, B10).
//
// Threads: immutable, callable from any thread.
// Errors:  a Status; ArgumentOf tells which argument (0-based) it is about, if one.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "hcl/value.h"

namespace waypoint::hcl {

// What is not allowed is answered before the implementation runs: a null by an error, an unknown value by an unknown
// result, a value of dynamic type by a result of dynamic type. Parts of an argument may still be unknown or null.
struct Parameter {
  std::string name;
  Type type;
  bool allow_null = false;
  bool allow_unknown = false;
  bool allow_dynamic = false;
};

absl::Status ArgumentError(int index, std::string_view message);
std::optional<int> ArgumentOf(const absl::Status& status);

class Function {
 public:
  using Args = absl::Span<const Value>;
  using TypeFn = std::function<absl::StatusOr<Type>(Args)>;
  using ImplFn = std::function<absl::StatusOr<Value>(Args, const Type& result)>;
  struct Spec {
    std::vector<Parameter> params;
    std::optional<Parameter> variadic;
    TypeFn type;  // may look at unknown arguments' types only
    ImplFn impl;
    bool looks_inside = false;  // an unknown part anywhere inside an argument makes the result unknown, too
  };

  Function(std::string name, Spec spec) : name_(std::move(name)), spec_(std::move(spec)) {}

  const std::string& name() const { return name_; }
  const std::vector<Parameter>& params() const { return spec_.params; }
  const std::optional<Parameter>& variadic() const { return spec_.variadic; }
  // The parameter that takes argument `index`; nullptr: too many.
  const Parameter* ParameterAt(size_t index) const;

  // Arguments already converted to the parameters' types (ConvertTo); too few or too many are an error.
  absl::StatusOr<Value> Call(Args args) const;
  absl::StatusOr<Type> ResultType(Args args) const;

 private:
  std::string name_;
  Spec spec_;
};

using FunctionPtr = std::shared_ptr<const Function>;
using FunctionTable = std::map<std::string, FunctionPtr, std::less<>>;

}  // namespace waypoint::hcl
