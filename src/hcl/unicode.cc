#include "hcl/unicode.h"

#include <utf8proc.h>

#include <cstdlib>
#include <cstring>

namespace waypoint::hcl {
namespace {

bool IsContinuation(std::string_view text, size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

// UAX #31: characters that keep their old identifier status although their category changed.
bool OtherIdStart(char32_t c) {
  return c == 0x1885 || c == 0x1886 || c == 0x2118 || c == 0x212E || c == 0x309B || c == 0x309C;
}
bool OtherIdContinue(char32_t c) { return c == 0xB7 || c == 0x387 || (c >= 0x1369 && c <= 0x1371) || c == 0x19DA; }

}  // namespace

size_t Utf8PatternLength(std::string_view text, size_t at) {
  const unsigned char lead = static_cast<unsigned char>(text[at]);
  size_t length = lead < 0x80 ? 1 : lead < 0xC0 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF8 ? 4 : 0;
  for (size_t i = 1; i < length; ++i) {
    if (!IsContinuation(text, at + i)) return 0;
  }
  return length;
}

Rune DecodeRune(std::string_view text, size_t at) {
  if (at >= text.size()) return {kReplacementRune, 0, false};
  const unsigned char lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) return {lead, 1, true};
  utf8proc_int32_t rune = 0;
  const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at),
                                       static_cast<utf8proc_ssize_t>(text.size() - at), &rune);
  if (length <= 0) return {kReplacementRune, 1, false};
  return {static_cast<char32_t>(rune), static_cast<uint32_t>(length), true};
}

void AppendRune(std::string& out, char32_t rune) {
  utf8proc_uint8_t buffer[4];
  const auto length = utf8proc_encode_char(static_cast<utf8proc_int32_t>(rune), buffer);
  out.append(reinterpret_cast<const char*>(buffer), static_cast<size_t>(length));
}

bool IsAscii(std::string_view text) {
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    if (word & 0x8080808080808080ULL) return false;
  }
  for (; i < text.size(); ++i) {
    if (static_cast<unsigned char>(text[i]) >= 0x80) return false;
  }
  return true;
}

bool IsValidUtf8(std::string_view text) {
  if (IsAscii(text)) return true;
  for (size_t i = 0; i < text.size();) {
    const Rune rune = DecodeRune(text, i);
    if (!rune.valid) return false;
    i += rune.length;
  }
  return true;
}

namespace {

// A surrogate or an overlong form is one unit, as for 0.11, so that columns agree.
Rune DecodeLoosely(std::string_view text, size_t at) {
  Rune rune = DecodeRune(text, at);
  if (rune.length != 0 && !rune.valid) {
    if (const size_t pattern = Utf8PatternLength(text, at); pattern != 0) rune.length = static_cast<uint32_t>(pattern);
  }
  return rune;
}

}  // namespace

namespace {

// UAX #29 GB11 as 0.11 has it: any mix of extending characters and joiners may stand before the last joiner.
class Pictograph {
 public:
  explicit Pictograph(char32_t rune) : inside_(Class(rune) == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC) {}

  // Whether `next` belongs to the same picture, as the last rune was a joiner.
  bool Joins(char32_t next) {
    const bool pictographic = Class(next) == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
    const bool joins = inside_ && joiner_ && pictographic;
    joiner_ = Class(next) == UTF8PROC_BOUNDCLASS_ZWJ;
    inside_ = pictographic || (inside_ && (joiner_ || Class(next) == UTF8PROC_BOUNDCLASS_EXTEND));
    return joins;
  }

 private:
  static int Class(char32_t rune) {
    return static_cast<int>(utf8proc_get_property(static_cast<utf8proc_int32_t>(rune))->boundclass);
  }

  bool inside_;
  bool joiner_ = false;
};

}  // namespace

size_t ClusterLength(std::string_view text, size_t at) {
  const auto ascii = [text](size_t i) { return i >= text.size() || static_cast<unsigned char>(text[i]) < 0x80; };
  if (at < text.size() && ascii(at) && ascii(at + 1) && text[at] != '\r') return 1;
  Rune rune = DecodeLoosely(text, at);
  size_t length = rune.length;
  utf8proc_int32_t state = 0;
  Pictograph pictograph(rune.value);
  while (at + length < text.size()) {
    const Rune next = DecodeLoosely(text, at + length);
    const bool boundary = utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(rune.value),
                                                           static_cast<utf8proc_int32_t>(next.value), &state);
    if (!pictograph.Joins(next.value) && boundary) break;
    length += next.length;
    rune = next;
  }
  return length;
}

size_t CountClusters(std::string_view text) {
  if (IsAscii(text) && text.find('\r') == std::string_view::npos) return text.size();
  size_t count = 0;
  for (size_t i = 0; i < text.size(); i += ClusterLength(text, i)) ++count;
  return count;
}

bool IsSpace(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= '\t' && c <= '\r');
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
         c == 0x202F || c == 0x205F || c == 0x3000;
}

bool IsIdentifierStart(char32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  if (c == 0x2E2F) return false;  // a letter by category, but pattern syntax
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_NL:
      return true;
    default:
      return OtherIdStart(c);
  }
}

bool IsIdentifierContinue(char32_t c) {
  if (c < 0x80) return IsIdentifierStart(c) || (c >= '0' && c <= '9') || c == '_';
  if (IsIdentifierStart(c)) return true;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_PC:
      return true;
    default:
      return OtherIdContinue(c);
  }
}

bool IsIdentifier(std::string_view text) {
  if (text.empty()) return false;
  for (size_t i = 0; i < text.size();) {
    const Rune rune = DecodeRune(text, i);
    if (!rune.valid) return false;
    const bool fits = i == 0 ? IsIdentifierStart(rune.value) || rune.value == '_'
                             : IsIdentifierContinue(rune.value) || rune.value == '-';
    if (!fits) return false;
    i += rune.length;
  }
  return true;
}

std::string_view TrimSpaceLeft(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    const Rune rune = DecodeRune(text, i);
    if (!rune.valid || !IsSpace(rune.value)) break;
    i += rune.length;
  }
  return text.substr(i);
}

std::string_view TrimSpaceRight(std::string_view text) {
  size_t end = text.size();
  while (end > 0) {
    size_t start = end - 1;
    while (start > 0 && end - start < 4 && IsContinuation(text, start)) --start;
    const Rune rune = DecodeRune(text.substr(0, end), start);
    if (!rune.valid || start + rune.length != end || !IsSpace(rune.value)) break;
    end = start;
  }
  return text.substr(0, end);
}

std::string Nfc(std::string_view text) {
  if (IsAscii(text)) return std::string(text);
  if (!IsValidUtf8(text)) {  // normalise the valid stretches between the broken bytes
    std::string out;
    size_t start = 0;
    for (size_t i = 0; i < text.size();) {
      const Rune rune = DecodeRune(text, i);
      if (!rune.valid) {
        out += Nfc(text.substr(start, i - start));
        out += text[i];
        start = i + 1;
      }
      i += rune.length;
    }
    return out + Nfc(text.substr(start));
  }
  utf8proc_uint8_t* mapped = nullptr;
  const auto length =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                   &mapped, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  if (length < 0) return std::string(text);
  std::string out(reinterpret_cast<const char*>(mapped), static_cast<size_t>(length));
  std::free(mapped);
  return out;
}

}  // namespace waypoint::hcl
