#include "hcl/json_scanner.h"

#include <optional>

#include "hcl/unicode.h"

namespace waypoint::hcl {
namespace {

using T = JsonTokenType;

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool StartsNumber(char c) { return IsDigit(c) || c == '-' || c == '+' || c == '.'; }
bool ContinuesNumber(char c) { return StartsNumber(c) || c == 'e' || c == 'E'; }

std::optional<T> Punctuation(char c) {
  switch (c) {
    case '{':
      return T::kBraceOpen;
    case '}':
      return T::kBraceClose;
    case '[':
      return T::kBracketOpen;
    case ']':
      return T::kBracketClose;
    case ',':
      return T::kComma;
    case ':':
      return T::kColon;
    case '=':
      return T::kEquals;
    default:
      return std::nullopt;
  }
}

}  // namespace

JsonToken JsonScanner::Next() {
  SkipBlanks();
  if (ended_ || pos_.byte >= text_.size()) return Make(T::kEOF, 0, 0);
  const char c = text_[pos_.byte];
  if (const std::optional<T> type = Punctuation(c)) return Make(*type, 1, 1);
  if (c == '"') return String();
  if (StartsNumber(c)) return Run(T::kNumber, ContinuesNumber);
  if (IsLetter(c)) return Run(T::kKeyword, [](char k) { return IsLetter(k) || k == '_'; });
  ended_ = true;
  return Make(T::kInvalid, 1, 1);
}

void JsonScanner::SkipBlanks() {
  if (ended_) return;
  for (; pos_.byte < text_.size(); ++pos_.byte) {
    switch (text_[pos_.byte]) {
      case ' ':
        ++pos_.column;
        break;
      case '\t':
        pos_.column += 2;
        break;
      case '\n':
        pos_.column = 1;
        ++pos_.line;
        break;
      case '\r':
        break;
      default:
        return;
    }
  }
}

JsonToken JsonScanner::Make(T type, size_t bytes, size_t columns) {
  const Pos start = pos_;
  pos_.byte += static_cast<uint32_t>(bytes);
  pos_.column += static_cast<uint32_t>(columns);
  return {type, Span{start, pos_}, text_.substr(start.byte, bytes)};
}

template <typename Continues>
JsonToken JsonScanner::Run(T type, Continues continues) {
  size_t length = 1;
  while (pos_.byte + length < text_.size() && continues(text_[pos_.byte + length])) ++length;
  return Make(type, length, length);
}

// Up to the closing quote, or to a control character that no string may contain.
JsonToken JsonScanner::String() {
  size_t i = pos_.byte + 1;
  size_t columns = 1;
  bool escaping = false;
  while (i < text_.size()) {
    const unsigned char c = static_cast<unsigned char>(text_[i]);
    if (c < 32) break;
    ++columns;
    if (c == '\\') {
      escaping = !escaping;
      ++i;
    } else if (c == '"') {
      ++i;
      if (!escaping) break;
      escaping = false;
    } else {
      i += ClusterLength(text_, i);
      escaping = false;
    }
  }
  return Make(T::kString, i - pos_.byte, columns);
}

}  // namespace waypoint::hcl
