#include "hcl/source.h"

#include "hcl/unicode.h"

namespace waypoint::hcl {

Pos Advance(Pos from, std::string_view text) {
  Pos at = from;
  at.byte += static_cast<uint32_t>(text.size());
  for (size_t i = 0; i < text.size();) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    if (c == '\n') {
      ++at.line;
      at.column = 1;
      ++i;
      continue;
    }
    // Between two ASCII characters there is always a cluster boundary, except within "\r\n".
    const bool plain = c < 0x80 && (i + 1 == text.size() || static_cast<unsigned char>(text[i + 1]) < 0x80);
    if (plain && c != '\r') {
      ++at.column;
      ++i;
      continue;
    }
    const size_t length = ClusterLength(text, i);
    if (c == '\r' && length == 2) {
      ++at.line;
      at.column = 1;
    } else {
      ++at.column;
    }
    i += length;
  }
  return at;
}

}  // namespace waypoint::hcl
