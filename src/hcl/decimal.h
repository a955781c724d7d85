// Decimal digits of a big binary float and their layout, as Go's %e, %f and %g write them.
//
// Threads: plain data, pure functions.
// Units:   the value is 0.DIGITS * 10^point.
// Errors:  none.
#pragma once

#include <mpfr.h>

#include <string>

namespace waypoint::hcl {

struct Decimal {
  bool negative = false;
  std::string digits;  // no leading or trailing zeros; empty for zero
  int64_t point = 0;

  void RoundTo(int64_t count);  // half to even on the digits at hand
};

// All digits of a finite number.
Decimal ExactDecimal(mpfr_srcptr x);
// The shortest digits that read back equal at the number's own precision.
Decimal ShortestDecimal(mpfr_srcptr x);

// verb: e E f F g G; precision -1: all digits that are there.
std::string Layout(Decimal d, char verb, int precision);

}  // namespace waypoint::hcl
