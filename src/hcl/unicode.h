// Unicode questions the language asks: code points, grapheme clusters, identifiers, blanks, NFC.
//
// Units:  positions and lengths are bytes of UTF-8; "cluster" = extended grapheme cluster (UAX #29).
// Errors: none; bytes that are not UTF-8 count as one replacement character each.
// Spec:   waypoint-hcl.md A1, A5, A9.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace waypoint::hcl {

inline constexpr char32_t kReplacementRune = 0xFFFD;

struct Rune {
  char32_t value = kReplacementRune;
  uint32_t length = 0;  // bytes; 0 only at the end of the text
  bool valid = false;
};

// The code point at `at`, strictly checked (no surrogates, no overlong forms).
Rune DecodeRune(std::string_view text, size_t at);
void AppendRune(std::string& out, char32_t rune);
bool IsValidUtf8(std::string_view text);

// True for the byte pattern of a sequence, also of surrogates and overlong forms, as 0.11's scanner asks.
size_t Utf8PatternLength(std::string_view text, size_t at);  // 0 = broken

// Bytes of the grapheme cluster that starts at `at`; 0 at the end.
size_t ClusterLength(std::string_view text, size_t at);
size_t CountClusters(std::string_view text);

bool IsSpace(char32_t rune);  // White_Space
bool IsIdentifierStart(char32_t rune);
bool IsIdentifierContinue(char32_t rune);
bool IsIdentifier(std::string_view text);

std::string_view TrimSpaceLeft(std::string_view text);
std::string_view TrimSpaceRight(std::string_view text);
inline std::string_view TrimSpace(std::string_view text) { return TrimSpaceLeft(TrimSpaceRight(text)); }

// Normalisation form C. Bytes that are not UTF-8 pass unchanged.
std::string Nfc(std::string_view text);
bool IsAscii(std::string_view text);

}  // namespace waypoint::hcl
