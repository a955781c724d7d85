// A number of the configuration language: a big binary float whose mantissa size belongs to the value
// (waypoint-hcl.md A5). Integers that fit 64 bits are kept as such, everything else as an MPFR float.
//
// Owns:    shares an immutable payload; copies are cheap.
// Threads: immutable, thread-safe.
// Units:   precision in bits of mantissa: literals 512, machine integers 64, doubles 53.
// Errors:  Parse and the operators return a Status where the language has an error (inf - inf, 0/0, ...).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace waypoint::hcl {

class BigFloat;  // number.cc: an mpfr_t with its precision

class Number {
 public:
  static constexpr int kLiteralBits = 512;
  static constexpr int kIntegerBits = 64;
  static constexpr int kDoubleBits = 53;
  // Writing out numbers beyond 10^±kMaxDigits would take megabytes of zeros: refused.
  static constexpr int kMaxDigits = 100000;

  Number() = default;  // zero, 64 bits
  static Number FromInt(int64_t value, int precision = kIntegerBits);
  static Number FromUint(uint64_t value, int precision = kIntegerBits);
  static Number FromDouble(double value, int precision = kDoubleBits);  // not NaN
  static Number Infinity(bool negative);
  // The grammar of string -> number: "12", "-.5", "5.", "1e3", "1p3", "inf"; also the literal grammar, a subset.
  static absl::StatusOr<Number> Parse(std::string_view text, int precision = kLiteralBits);
  // An integer in base 2..62, sign allowed, digits as parseint reads them (base > 36: case counts).
  static std::optional<Number> ParseInt(std::string_view digits, int base);

  int precision() const { return precision_; }
  bool IsInfinite() const;
  bool IsInteger() const;  // whole and finite
  bool IsZero() const;
  bool IsNegative() const;                 // also for -0
  int Sign() const;                        // -1, 0, 1
  std::optional<int64_t> AsInt64() const;  // only if whole and in range
  std::optional<uint64_t> AsUint64() const;
  double AsDouble() const;  // nearest

  // Shortest decimal that reads back equal at this precision, no exponent; "+Inf", "-Inf", "-0".
  // A magnitude beyond kMaxDigits is written with an exponent; CanWrite says so beforehand.
  std::string ToString() const;
  bool CanWrite() const;
  // Exactly as C's %.*f / %.*e / %.*g would at full precision; verb one of e E f F g G; precision -1: shortest.
  std::string Format(char verb, int precision) const;
  std::string ToIntegerString(int base) const;  // the whole part in base 2..36, lower case

  // Order as numbers: -0 == 0, infinities at the ends; precision does not count.
  int Compare(const Number& other) const;
  bool operator==(const Number& other) const { return Compare(other) == 0; }
  bool operator<(const Number& other) const { return Compare(other) < 0; }

  Number Negate() const;
  Number Abs() const;
  Number Ceil() const;  // 64 bits or what the integer needs
  Number Floor() const;
  // The result has the larger precision of the two operands.
  absl::StatusOr<Number> Add(const Number& other) const;
  absl::StatusOr<Number> Subtract(const Number& other) const;
  absl::StatusOr<Number> Multiply(const Number& other) const;
  absl::StatusOr<Number> Divide(const Number& other) const;
  absl::StatusOr<Number> Modulo(const Number& other) const;

  // Text that is equal exactly for equal numbers (hash keys, set order of compound values).
  std::string HashText() const;

 private:
  friend class BigFloat;
  static Number FromBig(std::shared_ptr<const BigFloat> big);
  std::shared_ptr<const BigFloat> Big() const;  // made on the fly for small integers

  int64_t small_ = 0;
  std::shared_ptr<const BigFloat> big_;  // set: small_ means nothing
  int precision_ = kIntegerBits;
};

}  // namespace waypoint::hcl
