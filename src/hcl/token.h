// Tokens of the native syntax. Together with the blanks between them they are the whole text.
//
// Owns:  nothing; text is a view into the scanned source.
// Spec:  waypoint-hcl.md A1.
#pragma once

#include <string_view>
#include <vector>

#include "hcl/source.h"

namespace waypoint::hcl {

enum class TokenType : uint8_t {
  kOBrace,
  kCBrace,
  kOBrack,
  kCBrack,
  kOParen,
  kCParen,
  kOQuote,
  kCQuote,
  kOHeredoc,
  kCHeredoc,
  kStar,
  kSlash,
  kPlus,
  kMinus,
  kPercent,
  kEqual,
  kEqualOp,
  kNotEqual,
  kLessThan,
  kLessThanEq,
  kGreaterThan,
  kGreaterThanEq,
  kAnd,
  kOr,
  kBang,
  kDot,
  kComma,
  kEllipsis,
  kFatArrow,
  kQuestion,
  kColon,
  kTemplateInterp,   // ${ or ${~
  kTemplateControl,  // %{ or %{~
  kTemplateSeqEnd,   // } or ~}
  kQuotedLit,        // inside quotes, with escapes
  kStringLit,        // inside a heredoc or stand-alone template: at most one line
  kNumberLit,
  kIdent,
  kComment,  // # and // comments hold their newline
  kNewline,
  kEOF,
  // Only ever errors:
  kBitwiseAnd,
  kBitwiseOr,
  kBitwiseNot,
  kBitwiseXor,
  kApostrophe,
  kBacktick,
  kSemicolon,
  kInvalid,
  kBadUTF8,
  kQuotedNewline,
  kNil,  // none: no token has it
};

std::string_view TokenTypeName(TokenType type);  // "OBrace"

struct Token {
  Span span;
  TokenType type = TokenType::kNil;

  std::string_view text(std::string_view source) const {
    return source.substr(span.start.byte, span.end.byte - span.start.byte);
  }
};

using Tokens = std::vector<Token>;

}  // namespace waypoint::hcl
