#include "hcl/token.h"

#include <array>

namespace waypoint::hcl {
namespace {

constexpr std::array<std::string_view, static_cast<size_t>(TokenType::kNil) + 1> kNames = {"OBrace",
                                                                                           "CBrace",
                                                                                           "OBrack",
                                                                                           "CBrack",
                                                                                           "OParen",
                                                                                           "CParen",
                                                                                           "OQuote",
                                                                                           "CQuote",
                                                                                           "OHeredoc",
                                                                                           "CHeredoc",
                                                                                           "Star",
                                                                                           "Slash",
                                                                                           "Plus",
                                                                                           "Minus",
                                                                                           "Percent",
                                                                                           "Equal",
                                                                                           "EqualOp",
                                                                                           "NotEqual",
                                                                                           "LessThan",
                                                                                           "LessThanEq",
                                                                                           "GreaterThan",
                                                                                           "GreaterThanEq",
                                                                                           "And",
                                                                                           "Or",
                                                                                           "Bang",
                                                                                           "Dot",
                                                                                           "Comma",
                                                                                           "Ellipsis",
                                                                                           "FatArrow",
                                                                                           "Question",
                                                                                           "Colon",
                                                                                           "TemplateInterp",
                                                                                           "TemplateControl",
                                                                                           "TemplateSeqEnd",
                                                                                           "QuotedLit",
                                                                                           "StringLit",
                                                                                           "NumberLit",
                                                                                           "Ident",
                                                                                           "Comment",
                                                                                           "Newline",
                                                                                           "EOF",
                                                                                           "BitwiseAnd",
                                                                                           "BitwiseOr",
                                                                                           "BitwiseNot",
                                                                                           "BitwiseXor",
                                                                                           "Apostrophe",
                                                                                           "Backtick",
                                                                                           "Semicolon",
                                                                                           "Invalid",
                                                                                           "BadUTF8",
                                                                                           "QuotedNewline",
                                                                                           "Nil"};

}  // namespace

std::string_view TokenTypeName(TokenType type) { return kNames[static_cast<size_t>(type)]; }

}  // namespace waypoint::hcl
