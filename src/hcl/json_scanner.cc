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

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::vector<JsonToken> Run() {
    while (true) {
      SkipBlanks();
      if (pos_.byte >= text_.size()) break;
      const char c = text_[pos_.byte];
      if (const std::optional<T> type = Punctuation(c)) {
        Emit(*type, 1, 1);
      } else if (c == '"') {
        String();
      } else if (StartsNumber(c)) {
        Run(T::kNumber, ContinuesNumber);
      } else if (IsLetter(c)) {
        Run(T::kKeyword, [](char k) { return IsLetter(k) || k == '_'; });
      } else {
        Emit(T::kInvalid, 1, 1);
        break;
      }
    }
    Emit(T::kEOF, 0, 0);
    return std::move(tokens_);
  }

 private:
  void SkipBlanks() {
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

  void Emit(T type, size_t bytes, size_t columns) {
    const Pos start = pos_;
    pos_.byte += static_cast<uint32_t>(bytes);
    pos_.column += static_cast<uint32_t>(columns);
    tokens_.push_back({type, Span{start, pos_}, text_.substr(start.byte, bytes)});
  }

  template <typename Continues>
  void Run(T type, Continues continues) {
    size_t length = 1;
    while (pos_.byte + length < text_.size() && continues(text_[pos_.byte + length])) ++length;
    Emit(type, length, length);
  }

  // Up to the closing quote, or to a control character that no string may contain.
  void String() {
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
        const bool plain = c < 0x80 && i + 1 < text_.size() && static_cast<unsigned char>(text_[i + 1]) < 0x80;
        i += plain ? 1 : ClusterLength(text_, i);
        escaping = false;
      }
    }
    Emit(T::kString, i - pos_.byte, columns);
  }

  std::string_view text_;
  Pos pos_;
  std::vector<JsonToken> tokens_;
};

}  // namespace

std::vector<JsonToken> ScanJson(std::string_view text) { return Scanner(text).Run(); }

}  // namespace waypoint::hcl
