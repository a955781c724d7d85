#include "hcl/bad_tokens.h"

#include "hcl/text.h"

namespace waypoint::hcl {

using T = TokenType;

void BadTokens::Error(std::string summary, std::string detail, const Span& subject) {
  diagnostics_.Error(std::move(summary), std::move(detail), Range{source_, subject});
}

void BadTokens::Report(const Token& token, std::string_view text) {
  const auto bitwise = [&](std::string_view hint) {
    if (bitwise_++ < 4) Error("Unsupported operator", Cat("There are no bitwise operators.", hint), token.span);
  };
  switch (token.type) {
    case T::kBitwiseAnd:
      return bitwise(" For a boolean AND write \"&&\".");
    case T::kBitwiseOr:
      return bitwise(" For a boolean OR write \"||\".");
    case T::kBitwiseNot:
      return bitwise(" For a boolean NOT write \"!\".");
    case T::kBitwiseXor:
      return bitwise("");
    case T::kBacktick:  // the second of a pair is not worth a second report
      if (backtick_ % 2 == 0) {
        Error("Invalid character",
              "\"`\" has no meaning here. For text over several lines use a heredoc, like \"<<EOT\".", token.span);
      }
      if (backtick_ <= 2) ++backtick_;
      return;
    case T::kApostrophe:
      if (apostrophe_ % 2 == 0) {
        Error("Invalid character", "Strings stand in double quotes (\"), not in single ones.", token.span);
      }
      if (apostrophe_ <= 2) ++apostrophe_;
      return;
    case T::kSemicolon:
      if (semicolon_++ > 0) return;
      return Error("Invalid character",
                   "\";\" has no meaning here. Arguments and blocks are separated by newlines, items of collections by "
                   "commas.",
                   token.span);
    case T::kBadUTF8:
      if (bad_utf8_++ > 0) return;
      return Error("Invalid character encoding", "This is not UTF-8. Save the file in UTF-8 encoding.", token.span);
    case T::kQuotedNewline:
      return Error("Invalid multi-line string",
                   "A quoted string must end on its line. Write \\n for a newline in it, or use a heredoc (\"<<EOT\").",
                   token.span);
    default:
      if (text == "\u201C" || text == "\u201D") {
        return Error("Invalid character", "Strings stand in straight double quotes (\"), not in curly ones.",
                     token.span);
      }
      return Error("Invalid character", "This character has no meaning in the language.", token.span);
  }
}

}  // namespace waypoint::hcl
