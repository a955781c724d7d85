#include "hcl/number.h"

#include <mpfr.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "hcl/decimal.h"

namespace waypoint::hcl {

class BigFloat {
 public:
  explicit BigFloat(int precision) { mpfr_init2(x, std::max<int>(precision, MPFR_PREC_MIN)); }
  ~BigFloat() { mpfr_clear(x); }
  BigFloat(const BigFloat&) = delete;
  BigFloat& operator=(const BigFloat&) = delete;

  // Makes a Number of a freshly computed float.
  static Number Keep(std::shared_ptr<BigFloat> big) { return Number::FromBig(std::move(big)); }

  mpfr_t x;
};

namespace {

std::shared_ptr<BigFloat> NewBig(int precision) { return std::make_shared<BigFloat>(precision); }

bool FitsSmall(int64_t value, int precision) {
  if (precision >= 64) return true;
  int64_t limit = int64_t{1} << std::min(precision, 62);
  return value >= -limit && value <= limit;
}

// sign? (digits [. digits] | . digits) ([eE] sign? digits | [pP] sign? digits)?
struct NumberText {
  std::string mantissa;  // with the decimal exponent
  int64_t binary_exponent = 0;
  bool ok = false;
};

size_t SkipDigits(std::string_view text, size_t i) {
  while (i < text.size() && absl::ascii_isdigit(text[i])) ++i;
  return i;
}

NumberText ScanNumber(std::string_view text) {
  NumberText out;
  size_t i = !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
  size_t whole = i;
  i = SkipDigits(text, i);
  size_t digits = i - whole;
  if (i < text.size() && text[i] == '.') {
    size_t fraction = ++i;
    i = SkipDigits(text, i);
    digits += i - fraction;
  }
  if (digits == 0) return out;
  size_t mantissa_end = i;
  if (i == text.size()) {
    out.mantissa = std::string(text);
    out.ok = true;
    return out;
  }
  char mark = text[i++];
  bool binary = mark == 'p' || mark == 'P';
  if (!binary && mark != 'e' && mark != 'E') return out;
  size_t exponent = i;
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
  size_t exponent_digits = i;
  i = SkipDigits(text, i);
  if (i == exponent_digits || i != text.size()) return out;
  std::string_view exponent_text = text.substr(exponent);
  if (exponent_text[0] == '+') exponent_text.remove_prefix(1);
  int64_t value;
  if (!absl::SimpleAtoi(std::string(exponent_text), &value) || std::abs(value) > 1000000000) return out;
  out.ok = true;
  out.binary_exponent = binary ? value : 0;
  out.mantissa = binary ? std::string(text.substr(0, mantissa_end)) : std::string(text);
  return out;
}

}  // namespace

Number Number::FromBig(std::shared_ptr<const BigFloat> big) {
  Number n;
  n.precision_ = static_cast<int>(mpfr_get_prec(big->x));
  if (mpfr_regular_p(big->x) || (mpfr_zero_p(big->x) && !mpfr_signbit(big->x))) {
    if (mpfr_integer_p(big->x) && mpfr_fits_intmax_p(big->x, MPFR_RNDN)) {
      n.small_ = mpfr_get_sj(big->x, MPFR_RNDN);
      return n;
    }
  }
  n.big_ = std::move(big);
  return n;
}

std::shared_ptr<const BigFloat> Number::Big() const {
  if (big_) return big_;
  auto big = NewBig(precision_);
  mpfr_set_sj(big->x, small_, MPFR_RNDN);
  return big;
}

Number Number::FromInt(int64_t value, int precision) {
  Number n;
  n.precision_ = precision;
  n.small_ = value;
  return FitsSmall(value, precision) ? n : FromBig(n.Big());
}

Number Number::FromUint(uint64_t value, int precision) {
  auto big = NewBig(precision);
  mpfr_set_uj(big->x, value, MPFR_RNDN);
  return FromBig(std::move(big));
}

Number Number::FromDouble(double value, int precision) {
  auto big = NewBig(precision);
  mpfr_set_d(big->x, value, MPFR_RNDN);
  return FromBig(std::move(big));
}

Number Number::Infinity(bool negative) {
  auto big = NewBig(kLiteralBits);
  mpfr_set_inf(big->x, negative ? -1 : 1);
  return FromBig(std::move(big));
}

absl::StatusOr<Number> Number::Parse(std::string_view text, int precision) {
  int64_t small;
  if (!text.empty() && text.size() < 18 && std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
      absl::SimpleAtoi(std::string(text), &small)) {
    return FromInt(small, precision);
  }
  std::string_view bare = text;
  bool negative = !bare.empty() && bare[0] == '-';
  if (!bare.empty() && (bare[0] == '-' || bare[0] == '+')) bare.remove_prefix(1);
  if (bare == "inf" || bare == "Inf") return Infinity(negative);
  NumberText scanned = ScanNumber(text);
  if (!scanned.ok) return absl::InvalidArgumentError("a number is required");
  auto big = NewBig(precision);
  const char* start = scanned.mantissa.c_str();
  char* end = nullptr;
  mpfr_strtofr(big->x, start[0] == '+' ? start + 1 : start, &end, 10, MPFR_RNDN);
  if (end == nullptr || *end != '\0') return absl::InvalidArgumentError("a number is required");
  if (scanned.binary_exponent != 0) mpfr_mul_2si(big->x, big->x, scanned.binary_exponent, MPFR_RNDN);
  return FromBig(std::move(big));
}

std::optional<Number> Number::ParseInt(std::string_view digits, int base) {
  bool negative = !digits.empty() && digits[0] == '-';
  if (!digits.empty() && (digits[0] == '-' || digits[0] == '+')) digits.remove_prefix(1);
  if (digits.empty() || digits.size() > static_cast<size_t>(kMaxDigits)) return std::nullopt;
  std::string text(negative ? "-" : "");
  for (char c : digits) {
    int value = absl::ascii_isdigit(c)   ? c - '0'
                : absl::ascii_islower(c) ? c - 'a' + 10
                : absl::ascii_isupper(c) ? c - 'A' + (base <= 36 ? 10 : 36)
                                         : 99;
    if (value >= base) return std::nullopt;
    // GMP orders the letters of large bases the other way round: upper case first.
    text += value < 10   ? static_cast<char>('0' + value)
            : base <= 36 ? static_cast<char>('a' + value - 10)
            : value < 36 ? static_cast<char>('A' + value - 10)
                         : static_cast<char>('a' + value - 36);
  }
  mpz_t z;
  mpz_init(z);
  mpz_set_str(z, text.c_str(), base);
  auto big = NewBig(std::max<int>(kIntegerBits, mpz_sizeinbase(z, 2)));
  mpfr_set_z(big->x, z, MPFR_RNDN);
  mpz_clear(z);
  return FromBig(std::move(big));
}

bool Number::IsInfinite() const { return big_ && mpfr_inf_p(big_->x); }
bool Number::IsInteger() const { return !big_ || mpfr_integer_p(big_->x); }
bool Number::IsZero() const { return big_ ? mpfr_zero_p(big_->x) != 0 : small_ == 0; }
bool Number::IsNegative() const { return big_ ? mpfr_signbit(big_->x) != 0 : small_ < 0; }
int Number::Sign() const { return IsZero() ? 0 : IsNegative() ? -1 : 1; }

std::optional<int64_t> Number::AsInt64() const {
  if (!big_) return small_;
  if (IsZero()) return 0;
  if (!mpfr_integer_p(big_->x) || !mpfr_fits_intmax_p(big_->x, MPFR_RNDN)) return std::nullopt;
  return mpfr_get_sj(big_->x, MPFR_RNDN);
}

std::optional<uint64_t> Number::AsUint64() const {
  if (!big_) return small_ < 0 ? std::nullopt : std::optional<uint64_t>(small_);
  if (IsZero()) return 0;
  if (!mpfr_integer_p(big_->x) || !mpfr_fits_uintmax_p(big_->x, MPFR_RNDN)) return std::nullopt;
  return mpfr_get_uj(big_->x, MPFR_RNDN);
}

double Number::AsDouble() const { return big_ ? mpfr_get_d(big_->x, MPFR_RNDN) : static_cast<double>(small_); }

bool Number::CanWrite() const {
  if (!big_ || !mpfr_regular_p(big_->x)) return true;
  return static_cast<double>(std::abs(mpfr_get_exp(big_->x))) < kMaxDigits * 3.32;
}

std::string Number::ToString() const {
  constexpr int64_t kAllDigitsCount = int64_t{1} << kDoubleBits;
  const bool exact = precision_ >= kIntegerBits || (small_ <= kAllDigitsCount && small_ >= -kAllDigitsCount);
  if (!big_ && !exact) return Layout(ShortestDecimal(Big()->x), 'f', -1);
  if (!big_) return absl::StrCat(small_);
  if (IsInfinite()) return IsNegative() ? "-Inf" : "+Inf";
  if (!CanWrite()) {
    mpfr_exp_t exponent;
    char* digits = mpfr_get_str(nullptr, &exponent, 10, 17, big_->x, MPFR_RNDN);
    std::string text = digits;
    mpfr_free_str(digits);
    size_t lead = text[0] == '-' ? 2 : 1;
    return absl::StrCat(text.substr(0, lead), ".", text.substr(lead), "e", exponent - 1);
  }
  return Layout(ShortestDecimal(big_->x), 'f', -1);
}

std::string Number::Format(char verb, int precision) const {
  if (IsInfinite()) return IsNegative() ? "-Inf" : "+Inf";
  if (!CanWrite()) return ToString();
  auto big = Big();
  return Layout(precision < 0 ? ShortestDecimal(big->x) : ExactDecimal(big->x), verb, precision);
}

std::string Number::ToIntegerString(int base) const {
  if (IsInfinite() || !CanWrite()) return ToString();
  mpz_t z;
  mpz_init(z);
  mpfr_get_z(z, Big()->x, MPFR_RNDZ);
  std::string text(mpz_sizeinbase(z, base) + 2, '\0');
  mpz_get_str(text.data(), base, z);
  mpz_clear(z);
  return text.substr(0, text.find('\0'));
}

int Number::Compare(const Number& other) const {
  if (!big_ && !other.big_) return small_ < other.small_ ? -1 : small_ > other.small_ ? 1 : 0;
  if (!other.big_) return mpfr_cmp_si(big_->x, other.small_);
  if (!big_) return -mpfr_cmp_si(other.big_->x, small_);
  return mpfr_cmp(big_->x, other.big_->x);
}

Number Number::Negate() const {
  if (!big_ && small_ != 0 && small_ != INT64_MIN) return FromInt(-small_, precision_);
  auto out = NewBig(precision_);
  mpfr_neg(out->x, Big()->x, MPFR_RNDN);
  return FromBig(std::move(out));
}

Number Number::Abs() const { return IsNegative() ? Negate() : *this; }

namespace {

// Whole numbers made by functions have 64 bits, or what they need.
Number ToWhole(mpfr_srcptr x, mpfr_rnd_t direction) {
  mpz_t z;
  mpz_init(z);
  mpfr_get_z(z, x, direction);
  auto big = NewBig(std::max<int>(Number::kIntegerBits, mpz_sizeinbase(z, 2)));
  mpfr_set_z(big->x, z, MPFR_RNDN);
  mpz_clear(z);
  return BigFloat::Keep(std::move(big));
}

}  // namespace

Number Number::Ceil() const {
  if (!big_) return FromInt(small_);
  return IsInfinite() || !CanWrite() ? *this : ToWhole(big_->x, MPFR_RNDU);
}

Number Number::Floor() const {
  if (!big_) return FromInt(small_);
  return IsInfinite() || !CanWrite() ? *this : ToWhole(big_->x, MPFR_RNDD);
}

absl::StatusOr<Number> Number::Add(const Number& other) const {
  int precision = std::max(precision_, other.precision_);
  int64_t sum;
  if (!big_ && !other.big_ && !__builtin_add_overflow(small_, other.small_, &sum)) return FromInt(sum, precision);
  if (IsInfinite() && other.IsInfinite() && IsNegative() != other.IsNegative()) {
    return absl::InvalidArgumentError("can't compute sum of opposing infinities");
  }
  auto out = NewBig(precision);
  mpfr_add(out->x, Big()->x, other.Big()->x, MPFR_RNDN);
  return FromBig(std::move(out));
}

absl::StatusOr<Number> Number::Subtract(const Number& other) const {
  int precision = std::max(precision_, other.precision_);
  int64_t difference;
  if (!big_ && !other.big_ && !__builtin_sub_overflow(small_, other.small_, &difference)) {
    return FromInt(difference, precision);
  }
  if (IsInfinite() && other.IsInfinite() && IsNegative() == other.IsNegative()) {
    return absl::InvalidArgumentError("can't subtract infinity from itself");
  }
  auto out = NewBig(precision);
  mpfr_sub(out->x, Big()->x, other.Big()->x, MPFR_RNDN);
  return FromBig(std::move(out));
}

absl::StatusOr<Number> Number::Multiply(const Number& other) const {
  int precision = std::max(precision_, other.precision_);
  int64_t product;
  if (!big_ && !other.big_ && small_ != 0 && other.small_ != 0 &&
      !__builtin_mul_overflow(small_, other.small_, &product)) {
    return FromInt(product, precision);
  }
  if ((IsInfinite() && other.IsZero()) || (IsZero() && other.IsInfinite())) {
    return absl::InvalidArgumentError("can't multiply zero by infinity");
  }
  // As exact as literals are, then down to the operands' size, unless the product needs more.
  auto out = NewBig(kLiteralBits);
  mpfr_mul(out->x, Big()->x, other.Big()->x, MPFR_RNDN);
  const auto needed = mpfr_regular_p(out->x) ? static_cast<int>(mpfr_min_prec(out->x)) : 0;
  mpfr_prec_round(out->x, std::max(precision, needed), MPFR_RNDN);
  return FromBig(std::move(out));
}

absl::StatusOr<Number> Number::Divide(const Number& other) const {
  if (IsZero() && other.IsZero()) return absl::InvalidArgumentError("can't divide zero by zero");
  if (IsInfinite() && other.IsInfinite()) return absl::InvalidArgumentError("can't divide infinity by infinity");
  auto out = NewBig(std::max(precision_, other.precision_));
  mpfr_div(out->x, Big()->x, other.Big()->x, MPFR_RNDN);
  return FromBig(std::move(out));
}

absl::StatusOr<Number> Number::Modulo(const Number& other) const {
  if (IsInfinite() || other.IsInfinite()) return Multiply(other);
  if (other.IsZero()) return *this;
  if (!big_ && !other.big_ && small_ != INT64_MIN && small_ % other.small_ != 0) {
    return FromInt(small_ % other.small_, precision_);
  }
  auto out = NewBig(precision_);
  auto divisor = other.Big();
  mpfr_t ratio;
  mpfr_init2(ratio, std::max(precision_, other.precision_));
  mpfr_div(ratio, Big()->x, divisor->x, MPFR_RNDN);
  mpfr_rint_trunc(out->x, ratio, MPFR_RNDN);
  if (mpfr_zero_p(out->x)) mpfr_set_zero(out->x, 1);  // a quotient is a whole number, which has no negative zero
  mpfr_clear(ratio);
  mpfr_mul(out->x, divisor->x, out->x, MPFR_RNDN);
  mpfr_sub(out->x, Big()->x, out->x, MPFR_RNDN);
  return FromBig(std::move(out));
}

std::string Number::HashText() const { return Format('g', 10); }

}  // namespace waypoint::hcl
