#include "hcl/decimal.h"

#include <gmp.h>

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace waypoint::hcl {
namespace {

// mantissa * 2^exponent in decimal: for a negative exponent that is mantissa * 5^-exponent with the point moved.
Decimal FromBinary(mpz_srcptr mantissa, mpfr_exp_t exponent) {
  mpz_t z;
  mpz_init_set(z, mantissa);
  int64_t shift = 0;
  if (exponent >= 0) {
    mpz_mul_2exp(z, z, exponent);
  } else {
    mpz_t five;
    mpz_init(five);
    mpz_ui_pow_ui(five, 5, -exponent);
    mpz_mul(z, z, five);
    mpz_clear(five);
    shift = -exponent;
  }
  Decimal d;
  d.negative = mpz_sgn(z) < 0;
  mpz_abs(z, z);
  std::string text(mpz_sizeinbase(z, 10) + 2, '\0');
  mpz_get_str(text.data(), 10, z);
  text.resize(text.find('\0'));
  mpz_clear(z);
  d.point = static_cast<int64_t>(text.size()) - shift;
  text.erase(text.find_last_not_of('0') + 1);
  d.digits = std::move(text);
  if (d.digits.empty()) d.point = 0;
  return d;
}

void Increment(Decimal& d) {  // one unit in the last kept digit
  while (!d.digits.empty() && d.digits.back() == '9') d.digits.pop_back();
  if (d.digits.empty()) {
    d.digits = "1";
    ++d.point;
    return;
  }
  ++d.digits.back();
}

void Trim(Decimal& d) {
  d.digits.erase(d.digits.find_last_not_of('0') + 1);
  if (d.digits.empty()) d.point = 0;
}

char DigitAt(const Decimal& d, size_t i) { return i < d.digits.size() ? d.digits[i] : '0'; }

std::string LayoutExponent(const Decimal& d, char verb, int precision) {
  std::string out = d.negative ? "-" : "";
  out += DigitAt(d, 0);
  int64_t places = precision < 0 ? std::max<int64_t>(0, static_cast<int64_t>(d.digits.size()) - 1) : precision;
  if (places > 0) out += '.';
  for (int64_t i = 1; i <= places; ++i) out += DigitAt(d, i);
  int64_t exponent = d.digits.empty() ? 0 : d.point - 1;
  out += verb;
  out += exponent < 0 ? '-' : '+';
  std::string text = absl::StrCat(exponent < 0 ? -exponent : exponent);
  return out + (text.size() < 2 ? "0" : "") + text;
}

std::string LayoutFixed(const Decimal& d, int precision) {
  std::string out = d.negative ? "-" : "";
  if (d.point > 0) {
    for (int64_t i = 0; i < d.point; ++i) out += DigitAt(d, i);
  } else {
    out += '0';
  }
  int64_t places = precision < 0 ? std::max<int64_t>(0, static_cast<int64_t>(d.digits.size()) - d.point) : precision;
  if (places > 0) out += '.';
  for (int64_t i = d.point; i < d.point + places; ++i) out += i < 0 ? '0' : DigitAt(d, i);
  return out;
}

}  // namespace

void Decimal::RoundTo(int64_t count) {
  if (count < 0) {
    digits.clear();
    point = 0;
    return;
  }
  if (static_cast<size_t>(count) >= digits.size()) return;
  bool exact_half = digits[count] == '5' && static_cast<size_t>(count) + 1 == digits.size();
  bool up = exact_half ? count > 0 && (digits[count - 1] - '0') % 2 != 0 : digits[count] >= '5';
  digits.resize(count);
  if (up) {
    Increment(*this);
  } else {
    Trim(*this);
  }
}

Decimal ExactDecimal(mpfr_srcptr x) {
  Decimal d;
  if (mpfr_zero_p(x)) {
    d.negative = mpfr_signbit(x);
    return d;
  }
  mpz_t z;
  mpz_init(z);
  mpfr_exp_t e = mpfr_get_z_2exp(z, x);
  d = FromBinary(z, e);
  mpz_clear(z);
  return d;
}

Decimal ShortestDecimal(mpfr_srcptr x) {
  if (mpfr_zero_p(x)) return ExactDecimal(x);
  mpz_t z;
  mpz_init(z);
  mpfr_exp_t e = mpfr_get_z_2exp(z, x);
  bool negative = mpz_sgn(z) < 0;
  mpz_abs(z, z);
  // One more bit, so that the neighbours lie half a unit away. An even mantissa owns its borders.
  bool inclusive = mpz_even_p(z);
  mpz_mul_2exp(z, z, 1);
  Decimal d = FromBinary(z, e - 1);
  mpz_sub_ui(z, z, 1);
  Decimal lower = FromBinary(z, e - 1);
  mpz_add_ui(z, z, 2);
  Decimal upper = FromBinary(z, e - 1);
  mpz_clear(z);
  d.negative = negative;
  for (size_t i = 0; i < d.digits.size(); ++i) {
    char l = DigitAt(lower, i), m = d.digits[i], u = DigitAt(upper, i);
    bool down = l != m || (inclusive && i + 1 == lower.digits.size());
    bool up = m != u && (inclusive || m + 1 < u || i + 1 < upper.digits.size());
    if (!down && !up) continue;
    if (down && up) {
      d.RoundTo(i + 1);
    } else if (i + 1 < d.digits.size()) {
      d.digits.resize(i + 1);
      if (up) {
        Increment(d);
      } else {
        Trim(d);
      }
    }
    break;
  }
  return d;
}

std::string Layout(Decimal d, char verb, int precision) {
  bool shortest = precision < 0;
  if (verb == 'e' || verb == 'E') {
    if (!shortest) d.RoundTo(1 + precision);
    return LayoutExponent(d, verb, precision);
  }
  if (verb == 'f' || verb == 'F') {
    if (!shortest) d.RoundTo(d.point + precision);
    return LayoutFixed(d, precision);
  }
  if (!shortest) d.RoundTo(precision == 0 ? 1 : precision);
  int64_t count = static_cast<int64_t>(d.digits.size());
  int64_t limit = shortest ? 6 : precision;
  if (limit > count && count >= d.point) limit = count;
  if (shortest) limit = 6;
  int64_t exponent = d.point - 1;
  if (exponent < -4 || exponent >= limit) {
    return LayoutExponent(d, verb == 'g' ? 'e' : 'E', static_cast<int>(std::max<int64_t>(count - 1, 0)));
  }
  return LayoutFixed(d, static_cast<int>(std::max<int64_t>(count - d.point, 0)));
}

}  // namespace waypoint::hcl
