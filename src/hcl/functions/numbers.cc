#include <cmath>

#include "hcl/functions/builder.h"
#include "hcl/functions/functions.h"

namespace waypoint::hcl {
namespace {

using Args = Function::Args;

void DefineNumber(FunctionTable& table, const std::string& name, int flags, Number (*f)(const Number&)) {
  Define(table, name,
         {{Param("num", Type::Number(), flags)},
          std::nullopt,
          Returns(Type::Number()),
          [f](Args a, const Type&) -> absl::StatusOr<Value> { return Value::Num(f(a[0].AsNumber())); }});
}

// max, min: the sign says which way.
void DefineExtreme(FunctionTable& table, const std::string& name, int sign) {
  Define(table, name,
         {{},
          Param("numbers", Type::Number(), kDynamic),
          Returns(Type::Number()),
          [sign](Args a, const Type&) -> absl::StatusOr<Value> {
            if (a.empty()) return absl::InvalidArgumentError("must pass at least one number");
            Number best = Number::Infinity(sign > 0);
            for (const Value& v : a) {
              if (v.AsNumber().Compare(best) * sign > 0) best = v.AsNumber();
            }
            return Value::Num(best);
          }});
}

void DefineDouble(FunctionTable& table, const std::string& name, const char* second, double (*f)(double, double)) {
  Define(table, name,
         {{Param("num", Type::Number()), Param(second, Type::Number())},
          std::nullopt,
          Returns(Type::Number()),
          [f](Args a, const Type&) -> absl::StatusOr<Value> {
            double result = f(a[0].AsNumber().AsDouble(), a[1].AsNumber().AsDouble());
            if (std::isnan(result)) return absl::InvalidArgumentError("the result is not a number");
            return Value::Num(Number::FromDouble(result));
          }});
}

absl::StatusOr<Value> Signum(Args a, const Type&) {
  ASSIGN_OR_RETURN(int64_t n, WholeNumber(a[0]));
  return Value::Int(n < 0 ? -1 : n > 0 ? 1 : 0);
}

absl::StatusOr<Type> ParseIntType(Args a) {
  if (a[0].type().IsString()) return Type::Number();
  return ArgumentError(0, absl::StrCat("first argument must be a string, not ", a[0].type().FriendlyName()));
}

absl::StatusOr<Value> ParseInt(Args a, const Type&) {
  std::optional<int64_t> base = a[1].AsNumber().AsInt64();
  if (!base || *base < 2 || *base > 62) {
    return ArgumentError(1, "base must be a whole number between 2 and 62 inclusive");
  }
  std::optional<Number> n = Number::ParseInt(a[0].AsString(), static_cast<int>(*base));
  if (n) return Value::Num(*n);
  return ArgumentError(0, absl::StrCat("cannot parse \"", a[0].AsString(), "\" as a base ", *base, " integer"));
}

}  // namespace

void AddNumberFunctions(FunctionTable& table) {
  DefineNumber(table, "abs", kDynamic, [](const Number& n) { return n.Abs(); });
  DefineNumber(table, "ceil", 0, [](const Number& n) { return n.Ceil(); });
  DefineNumber(table, "floor", 0, [](const Number& n) { return n.Floor(); });
  DefineExtreme(table, "max", 1);
  DefineExtreme(table, "min", -1);
  DefineDouble(table, "log", "base", [](double x, double base) { return std::log(x) / std::log(base); });
  DefineDouble(table, "pow", "power", [](double x, double y) { return std::pow(x, y); });
  Define(table, "signum", {{Param("num", Type::Number())}, std::nullopt, Returns(Type::Number()), Signum});
  Define(table, "parseint",
         {{Param("number", Type::Dynamic()), Param("base", Type::Number())}, std::nullopt, ParseIntType, ParseInt});
}

}  // namespace waypoint::hcl
