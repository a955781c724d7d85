// Decoding of JSON strings (waypoint-hcl.md A8).
#include "hcl/json_parser.h"
#include "hcl/unicode.h"

namespace waypoint::hcl {
namespace {

constexpr size_t kFine = std::string_view::npos;

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool IsPlain(char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; }

class Decoder {
 public:
  Decoder(std::string_view text, std::string& out) : text_(text), out_(out) {}

  size_t Run() {
    at_ = 1;
    while (at_ < text_.size()) {
      const unsigned char c = static_cast<unsigned char>(text_[at_]);
      if (c == '"') return at_ + 1 == text_.size() ? kFine : at_ + 1;
      if (c < 0x20) return at_ + 1;
      if (IsPlain(text_[at_])) {
        const size_t start = at_;
        while (at_ < text_.size() && IsPlain(text_[at_])) ++at_;
        out_ += text_.substr(start, at_ - start);
      } else if (c != '\\') {
        const Rune rune = DecodeRune(text_, at_);
        rune.valid ? void(out_ += text_.substr(at_, rune.length)) : AppendRune(out_, kReplacementRune);
        at_ += rune.length;
      } else if (const size_t mistake = Escape(); mistake != kFine) {
        return mistake;
      }
    }
    return text_.size();  // no closing quote
  }

 private:
  size_t Escape() {
    if (at_ + 1 >= text_.size()) return text_.size();
    const char selector = text_[at_ + 1];
    constexpr std::string_view kSelectors = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
    if (const size_t which = kSelectors.find(selector); which != std::string_view::npos) {
      out_ += kMeanings[which];
      at_ += 2;
      return kFine;
    }
    if (selector != 'u') return at_ + 2;
    char32_t rune = 0;
    if (const size_t mistake = Hex(at_ + 2, &rune); mistake != kFine) return mistake;
    at_ += 6;
    if (rune >= 0xD800 && rune <= 0xDFFF) rune = Surrogate(rune);
    AppendRune(out_, rune);
    return kFine;
  }

  size_t Hex(size_t from, char32_t* rune) const {
    for (size_t i = from; i < from + 4; ++i) {
      if (i >= text_.size()) return text_.size();
      const int digit = HexValue(text_[i]);
      if (digit < 0) return i + 1;
      *rune = *rune * 16 + static_cast<char32_t>(digit);
    }
    return kFine;
  }

  // A pair makes one character; half a pair is replaced.
  char32_t Surrogate(char32_t high) {
    char32_t low = 0;
    const bool pair =
        high < 0xDC00 && text_.substr(at_, 2) == "\\u" && Hex(at_ + 2, &low) == kFine && low >= 0xDC00 && low <= 0xDFFF;
    if (!pair) return kReplacementRune;
    at_ += 6;
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
  }

  std::string_view text_;
  std::string& out_;
  size_t at_ = 0;
};

}  // namespace

size_t DecodeJsonString(std::string_view quoted, std::string& out) { return Decoder(quoted, out).Run(); }

}  // namespace waypoint::hcl
