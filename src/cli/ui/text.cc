#include "cli/ui/text.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace waypoint::cli {
namespace {

// One unit of the text: a character, or a whole escape sequence of width 0.
struct Glyph {
  size_t bytes;
  int width;
};

size_t EscapeLength(absl::string_view text) {
  if (text.size() < 2 || text[1] != '[') return 1;
  size_t at = 2;
  while (at < text.size() && (text[at] < 0x40 || text[at] > 0x7e)) ++at;
  return at < text.size() ? at + 1 : text.size();
}

int CodePointWidth(uint32_t code) {
  if (code == 0 || code == 0x200d || (code >= 0xfe00 && code <= 0xfe0f)) return 0;
  if (code < 0x20) return 0;
  const bool wide = (code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xa4cf) ||
                    (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff) ||
                    (code >= 0xff00 && code <= 0xff60) || (code >= 0x1f300 && code <= 0x1faff) || code == 0x274c ||
                    code == 0x231b;
  return wide ? 2 : 1;
}

Glyph NextGlyph(absl::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead == 0x1b) return {EscapeLength(text), 0};
  if (lead < 0x80) return {1, CodePointWidth(lead)};
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  if (length == 1 || text.size() < length) return {1, 1};
  uint32_t code = lead & (0x7f >> length);
  for (size_t i = 1; i < length; ++i) code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3f);
  return {length, CodePointWidth(code)};
}

}  // namespace

std::vector<std::string> WrapText(absl::string_view text, int width) {
  std::vector<std::string> lines;
  for (absl::string_view paragraph : absl::StrSplit(text, '\n')) {
    std::string line;
    for (absl::string_view word : absl::StrSplit(paragraph, ' ')) {
      if (!line.empty() && DisplayWidth(line) + 1 + DisplayWidth(word) > width) {
        lines.push_back(std::exchange(line, std::string()));
      }
      absl::StrAppend(&line, line.empty() ? "" : " ", word);
    }
    lines.push_back(line);
  }
  return lines;
}

int DisplayWidth(absl::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const Glyph glyph = NextGlyph(text);
    width += glyph.width;
    text.remove_prefix(glyph.bytes);
  }
  return width;
}

std::string TruncateToWidth(absl::string_view text, int width) {
  std::string out;
  int used = 0;
  while (!text.empty()) {
    const Glyph glyph = NextGlyph(text);
    // Escape sequences behind the cut are kept, so that a colour is always switched off.
    if (glyph.width == 0 || used + glyph.width <= width) {
      absl::StrAppend(&out, text.substr(0, glyph.bytes));
      used += glyph.width;
    } else {
      used = width;
    }
    text.remove_prefix(glyph.bytes);
  }
  return out;
}

std::string StripAnsi(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    const bool escape = text[0] == '\x1b';
    const size_t bytes = escape ? EscapeLength(text) : 1;
    if (!escape) out += text[0];
    text.remove_prefix(bytes);
  }
  return out;
}

std::string RelativeTime(absl::Time then, absl::Time now) {
  struct Unit {
    int64_t seconds;
    const char* name;
  };
  static constexpr int64_t kMinute = 60, kHour = 3600, kDay = 86400, kMonth = 30 * kDay, kYear = 360 * kDay;
  static constexpr Unit kUnits[] = {{kYear, "year"}, {kMonth, "month"},   {7 * kDay, "week"}, {kDay, "day"},
                                    {kHour, "hour"}, {kMinute, "minute"}, {1, "second"}};
  const int64_t age = absl::ToInt64Seconds(now - then);
  if (age < 1) return "now";
  if (age >= 37 * kYear) return "a long while ago";
  // From 18 months on the original says two years.
  if (age >= 18 * kMonth && age < 2 * kYear) return "2 years ago";
  for (const Unit& unit : kUnits) {
    if (age < unit.seconds || (unit.seconds == kYear && age < 18 * kMonth)) continue;
    const int64_t count = age / unit.seconds;
    return absl::StrCat(count, " ", unit.name, count == 1 ? "" : "s", " ago");
  }
  return "now";
}

std::string GoDuration(absl::Duration duration) {
  const int64_t seconds = absl::ToInt64Seconds(duration);
  if (seconds < 60) return absl::StrCat(seconds, "s");
  if (seconds < 3600) return absl::StrCat(seconds / 60, "m", seconds % 60, "s");
  return absl::StrCat(seconds / 3600, "h", seconds / 60 % 60, "m", seconds % 60, "s");
}

}  // namespace waypoint::cli
