#include "base/utf8.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace waypoint {
namespace {

constexpr absl::string_view kReplacement = "\xef\xbf\xbd";

// The bytes that may follow the first one, as its second; the others are 80 to BF.
struct Lead {
  unsigned char first, last, low, high;
  size_t length;
};
constexpr Lead kLeads[] = {
    {0x00, 0x7f, 0x80, 0xbf, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

// Most text is nothing else, and much of it comes through here.
bool AreAscii(const char* eight) {
  uint64_t word;
  std::memcpy(&word, eight, sizeof word);
  return (word & 0x8080808080808080u) == 0;
}

// Bytes of the character at the start; 0 if there is none.
size_t CharacterLength(absl::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  for (const Lead& lead : kLeads) {
    if (byte(0) < lead.first || byte(0) > lead.last) continue;
    if (text.size() < lead.length) return 0;
    if (lead.length > 1 && (byte(1) < lead.low || byte(1) > lead.high)) return 0;
    for (size_t i = 2; i < lead.length; ++i) {
      if (byte(i) < 0x80 || byte(i) > 0xbf) return 0;
    }
    return lead.length;
  }
  return 0;
}

}  // namespace

std::string ValidUtf8(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  size_t begin = 0;  // of what is good and not copied yet
  for (size_t at = 0; at < text.size();) {
    if (at + 8 <= text.size() && AreAscii(text.data() + at)) {
      at += 8;
      continue;
    }
    const size_t length = CharacterLength(text.substr(at));
    if (length == 0) {
      out.append(text.data() + begin, at - begin);
      out.append(kReplacement.data(), kReplacement.size());
      begin = at + 1;
    }
    at += length == 0 ? 1 : length;
  }
  out.append(text.data() + begin, text.size() - begin);
  return out;
}

}  // namespace waypoint
