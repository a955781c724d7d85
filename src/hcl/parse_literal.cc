// Escapes of literal tokens (waypoint-hcl.md A1).
#include <charconv>

#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "hcl/parser.h"
#include "hcl/text.h"
#include "hcl/unicode.h"

namespace waypoint::hcl {

namespace {

bool IsHex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Bytes of the escape at `at`, a backslash; of \u and \U as many digits as there are.
size_t EscapeLength(std::string_view text, size_t at) {
  if (at + 1 >= text.size()) return 1;
  const char selector = text[at + 1];
  if (selector != 'u' && selector != 'U') {
    const size_t length = Utf8PatternLength(text, at + 1);
    return 1 + (length == 0 ? 1 : length);
  }
  const size_t want = selector == 'u' ? 6 : 10;
  size_t length = 2;
  while (length < want && at + length < text.size() && IsHex(text[at + length])) ++length;
  return length;
}

// Appends what the escape means; otherwise tells why it is wrong.
std::string DecodeEscape(std::string_view escape, std::string& out) {
  if (escape.size() < 2) return "After a backslash comes a character that tells what is meant.";
  switch (escape[1]) {
    case 'n':
      out += '\n';
      return "";
    case 'r':
      out += '\r';
      return "";
    case 't':
      out += '\t';
      return "";
    case '"':
    case '\\':
      out += escape[1];
      return "";
    case 'u':
    case 'U':
      break;
    default:
      out += escape.substr(1);
      return Cat("\"", escape, "\" is no escape sequence. For a backslash write \"\\\\\".");
  }
  if (escape.size() != (escape[1] == 'u' ? 6 : 10)) {
    return escape[1] == 'u' ? "\\u is followed by four hexadecimal digits."
                            : "\\U is followed by eight hexadecimal digits.";
  }
  uint32_t rune = 0;
  std::from_chars(escape.data() + 2, escape.data() + escape.size(), rune, 16);
  if (rune > 0x10FFFF || (rune >= 0xD800 && rune <= 0xDFFF)) {
    return absl::StrFormat("There is no character U+%04x.", rune);
  }
  AppendRune(out, rune);
  return "";
}

}  // namespace

std::string_view Parser::StringLiteral(const Token& token) {
  const std::string_view text = Text(token);
  const bool quoted = token.type == TokenType::kQuotedLit;
  // The scanner makes "$${" a token of its own, but for the rest of a template behind a lone carriage return.
  if (!quoted && text.starts_with('\r')) {
    const std::string rest = absl::StrReplaceAll(std::string(text), {{"$${", "${"}, {"%%{", "%{"}});
    return arena_.Copy(rest);
  }
  if (text.size() >= 3 && (text[0] == '$' || text[0] == '%') && text[1] == text[0] && text[2] == '{') {
    return text.substr(1);
  }
  if (!quoted || text.find('\\') == std::string_view::npos) return text;
  std::string out;
  for (size_t i = 0; i < text.size();) {
    if (text[i] != '\\') {
      out += text[i++];
      continue;
    }
    const std::string_view escape = text.substr(i, EscapeLength(text, i));
    const std::string problem = DecodeEscape(escape, out);
    if (!problem.empty()) {
      const Pos start = Advance(token.span.start, text.substr(0, i));
      Error("Invalid escape sequence", problem, Span{start, Advance(start, escape)});
    }
    i += escape.size();
  }
  return arena_.Copy(out);
}

}  // namespace waypoint::hcl
