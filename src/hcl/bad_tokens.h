// Reports tokens that are always a mistake: other languages' operators and quotes, broken text.
//
// Owns:    counts, since one text often has the same slip many times.
// Threads: one.
// Spec:    waypoint-hcl.md A1.
#pragma once

#include <string>
#include <string_view>

#include "hcl/diagnostic.h"
#include "hcl/token.h"

namespace waypoint::hcl {

class BadTokens {
 public:
  BadTokens(SourcePtr source, Diagnostics& diagnostics) : source_(std::move(source)), diagnostics_(diagnostics) {}

  void Report(const Token& token, std::string_view text);

 private:
  void Error(std::string summary, std::string detail, const Span& subject);

  SourcePtr source_;
  Diagnostics& diagnostics_;
  int bitwise_ = 0;
  int backtick_ = 0;
  int apostrophe_ = 0;
  int semicolon_ = 0;
  int bad_utf8_ = 0;
};

}  // namespace waypoint::hcl
