#include "hcl/function.h"

#include <algorithm>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace waypoint::hcl {
namespace {

constexpr char kArgumentUrl[] = "waypoint.hcl/argument";

}  // namespace

absl::Status ArgumentError(int index, std::string_view message) {
  absl::Status status = absl::InvalidArgumentError(std::string(message));
  status.SetPayload(kArgumentUrl, absl::Cord(absl::StrCat(index)));
  return status;
}

std::optional<int> ArgumentOf(const absl::Status& status) {
  auto payload = status.GetPayload(kArgumentUrl);
  int index;
  if (!payload || !absl::SimpleAtoi(std::string(*payload), &index)) return std::nullopt;
  return index;
}

const Parameter* Function::ParameterAt(size_t index) const {
  if (index < spec_.params.size()) return &spec_.params[index];
  return spec_.variadic ? &*spec_.variadic : nullptr;
}

namespace {

absl::Status CheckCount(const Function& f, size_t count) {
  size_t want = f.params().size();
  if (count >= want && (f.variadic() || count == want)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("wrong number of arguments (", f.variadic() ? "at least " : "", want,
                                                 " required; ", count, " given)"));
}

}  // namespace

absl::StatusOr<Type> Function::ResultType(Args args) const {
  RETURN_IF_ERROR(CheckCount(*this, args.size()));
  for (size_t i = 0; i < args.size(); ++i) {
    const Parameter& p = *ParameterAt(i);
    if (args[i].IsNull() && !p.allow_null) return ArgumentError(static_cast<int>(i), "argument must not be null");
    if (args[i].type().IsDynamic() && !p.allow_dynamic) {
      return Type::Dynamic();
    }
  }
  return spec_.type(args);
}

absl::StatusOr<Value> Function::Call(Args args) const {
  ASSIGN_OR_RETURN(Type type, ResultType(args));
  for (size_t i = 0; i < args.size(); ++i) {
    if (!ParameterAt(i)->allow_unknown && !args[i].IsKnown()) return Value::Unknown(type);
  }
  if (spec_.looks_inside && !std::all_of(args.begin(), args.end(), [](const Value& v) { return v.IsWhollyKnown(); })) {
    ASSIGN_OR_RETURN(type, spec_.type(args));
    return Value::Unknown(type);
  }
  return spec_.impl(args, type);
}

}  // namespace waypoint::hcl
