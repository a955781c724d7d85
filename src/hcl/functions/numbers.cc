#include <cmath>

#include "hcl/functions/builder.h"
#include "hcl/functions/functions.h"

namespace waypoint::hcl {
namespace {

// The natural logarithm by the series that 0.11's library uses; the C library's differs in the last digit.
double NaturalLog(double x) {
  if (x <= 0 || !std::isfinite(x)) return std::log(x);
  constexpr double kLn2High = 6.93147180369123816490e-01, kLn2Low = 1.90821492927058770002e-10;
  constexpr double kOdd[] = {6.666666666666735130e-01, 2.857142874366239149e-01, 1.818357216161805012e-01,
                             1.479819860511658591e-01};
  constexpr double kEven[] = {3.999999999940941908e-01, 2.222219843214978396e-01, 1.531383769920937332e-01};
  int exponent;
  double mantissa = std::frexp(x, &exponent);
  if (mantissa < M_SQRT1_2) {
    mantissa *= 2;
    --exponent;
  }
  const double f = mantissa - 1, k = exponent;
  const double s = f / (2 + f), s2 = s * s, s4 = s2 * s2;
  const double odd = s2 * (kOdd[0] + s4 * (kOdd[1] + s4 * (kOdd[2] + s4 * kOdd[3])));
  const double even = s4 * (kEven[0] + s4 * (kEven[1] + s4 * kEven[2]));
  const double half_square = 0.5 * f * f;
  return k * kLn2High - ((half_square - (s * (half_square + (odd + even)) + k * kLn2Low)) - f);
}

// e to the x, |x| < 700: x is a multiple of ln 2 and a rest; of a sixteenth of the rest the first nine terms of the
// series, which four squarings bring back. Fused steps give the last digit that 0.11 has.
double Exponential(double x) {
  constexpr double kLn2High = 0.693147180559662956511601805686950684,
                   kLn2Low = 0.282352905630315771225884481750134360e-12;
  constexpr int kTerms = 9;
  const double twos = std::nearbyint(x * M_LOG2E);
  const double rest = std::fma(-twos, kLn2Low, std::fma(-twos, kLn2High, x)) / 16;
  double factorial = 1;
  for (int i = 2; i <= kTerms; ++i) factorial *= i;
  double sum = 1 / factorial;
  for (int i = kTerms; i > 1; --i) {
    factorial /= i;
    sum = std::fma(sum, rest, 1 / factorial);
  }
  double above_one = rest * sum;  // (1 + y)^2 - 1 = y (y + 2)
  for (int i = 0; i < 3; ++i) above_one *= above_one + 2;
  return std::ldexp(std::fma(above_one, above_one + 2, 1), static_cast<int>(twos));
}

// x to a whole power by repeated squaring of mantissa and exponent apart: the last digits come out as 0.11's do.
double WholePower(double start, double x, uint64_t power, bool invert) {
  constexpr int kHopeless = 1 << 12;  // far outside what a double holds
  int exponent, total = 0;
  double mantissa = std::frexp(x, &exponent);
  for (; power != 0; power >>= 1) {
    if (std::abs(exponent) > kHopeless) {
      total += exponent;
      break;
    }
    if (power % 2 == 1) {
      start *= mantissa;
      total += exponent;
    }
    mantissa *= mantissa;
    exponent *= 2;
    if (mantissa < 0.5) {
      mantissa += mantissa;
      --exponent;
    }
  }
  return invert ? std::ldexp(1 / start, -total) : std::ldexp(start, total);
}

double Power(double x, double y) {
  constexpr double kTooLarge = 9.2e18;
  bool special = x == 0 || x == 1 || y == 0 || y == 1 || !std::isfinite(x) || !std::isfinite(y);
  if (special || std::abs(y) == 0.5 || std::abs(y) >= kTooLarge) return std::pow(x, y);
  double whole;
  double fraction = std::modf(std::abs(y), &whole);
  if (fraction != 0 && x < 0) return std::nan("");
  double start = 1;
  if (fraction != 0) {
    if (fraction > 0.5) {
      fraction -= 1;
      whole += 1;
    }
    start = Exponential(fraction * NaturalLog(x));
  }
  return WholePower(start, x, static_cast<uint64_t>(whole), y < 0);
}

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
            if (a.empty()) return absl::InvalidArgumentError("it takes one number or more");
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
            double operands[2];
            for (int i = 0; i < 2; ++i) {
              operands[i] = a[i].AsNumber().AsDouble();
              if (std::isfinite(operands[i]) || a[i].AsNumber().IsInfinite()) continue;
              return absl::InvalidArgumentError("a number beyond the range of a double cannot be used here");
            }
            const double result = f(operands[0], operands[1]);
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
  return ArgumentError(0, absl::StrCat("the digits come as a string, not as ", a[0].type().FriendlyName()));
}

absl::StatusOr<Value> ParseInt(Args a, const Type&) {
  std::optional<int64_t> base = a[1].AsNumber().AsInt64();
  if (!base || *base < 2 || *base > 62) {
    return ArgumentError(1, "a base is a whole number from 2 to 62");
  }
  std::optional<Number> n = Number::ParseInt(a[0].AsString(), static_cast<int>(*base));
  if (n) return Value::Num(*n);
  return ArgumentError(0, absl::StrCat("\"", a[0].AsString(), "\" is no whole number in base ", *base));
}

}  // namespace

void AddNumberFunctions(FunctionTable& table) {
  DefineNumber(table, "abs", kDynamic, [](const Number& n) { return n.Abs(); });
  DefineNumber(table, "ceil", 0, [](const Number& n) { return n.Ceil(); });
  DefineNumber(table, "floor", 0, [](const Number& n) { return n.Floor(); });
  DefineExtreme(table, "max", 1);
  DefineExtreme(table, "min", -1);
  DefineDouble(table, "log", "base", [](double x, double base) { return NaturalLog(x) / NaturalLog(base); });
  DefineDouble(table, "pow", "power", Power);
  Define(table, "signum", {{Param("num", Type::Number())}, std::nullopt, Returns(Type::Number()), Signum});
  Define(table, "parseint",
         {{Param("number", Type::Dynamic()), Param("base", Type::Number())}, std::nullopt, ParseIntType, ParseInt});
}

}  // namespace waypoint::hcl
