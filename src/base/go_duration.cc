#include "base/go_duration.h"

#include <cstdint>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace waypoint {
namespace {

constexpr uint64_t kLimit = uint64_t{1} << 63;  // of a negative duration, in nanoseconds

struct Unit {
  absl::string_view name;
  uint64_t nanoseconds;
};
constexpr Unit kUnits[] = {
    {"ns", 1},           {"us", 1000},           {"\u00b5s", 1000},        {"\u03bcs", 1000},
    {"ms", 1000 * 1000}, {"s", 1000'000'000ull}, {"m", 60'000'000'000ull}, {"h", 3600'000'000'000ull}};

const Unit* FindUnit(absl::string_view name) {
  for (const Unit& unit : kUnits) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

bool IsNumber(char c) { return c == '.' || absl::ascii_isdigit(c); }

// One number with its unit, as "1.5h".
class Term {
 public:
  bool Read(absl::string_view& text) {
    bool digits = false;
    for (; !text.empty() && absl::ascii_isdigit(text[0]); text.remove_prefix(1), digits = true) {
      if (whole_ > kLimit / 10) return false;
      whole_ = whole_ * 10 + (text[0] - '0');
      if (whole_ > kLimit) return false;
    }
    if (absl::StartsWith(text, ".")) {
      text.remove_prefix(1);
      for (; !text.empty() && absl::ascii_isdigit(text[0]); text.remove_prefix(1), digits = true) AddDigit(text[0]);
    }
    if (!digits) return false;
    size_t end = 0;
    while (end < text.size() && !IsNumber(text[end])) ++end;
    unit_ = FindUnit(text.substr(0, end));
    text.remove_prefix(end);
    return unit_ != nullptr;
  }
  std::optional<uint64_t> Nanoseconds() const {
    if (whole_ > kLimit / unit_->nanoseconds) return std::nullopt;
    const uint64_t total =
        whole_ * unit_->nanoseconds +
        static_cast<uint64_t>(static_cast<double>(fraction_) * (static_cast<double>(unit_->nanoseconds) / scale_));
    return total > kLimit ? std::nullopt : std::optional<uint64_t>(total);
  }

 private:
  // Digits beyond the precision of an integer are read and have no effect.
  void AddDigit(char digit) {
    if (full_ || fraction_ > (kLimit - 1) / 10) {
      full_ = true;
      return;
    }
    fraction_ = fraction_ * 10 + (digit - '0');
    scale_ *= 10;
  }

  uint64_t whole_ = 0, fraction_ = 0;
  double scale_ = 1;
  bool full_ = false;
  const Unit* unit_ = nullptr;
};

}  // namespace

std::optional<absl::Duration> ParseGoDuration(absl::string_view text) {
  const bool negative = absl::StartsWith(text, "-");
  if (negative || absl::StartsWith(text, "+")) text.remove_prefix(1);
  if (text == "0") return absl::ZeroDuration();
  if (text.empty()) return std::nullopt;
  uint64_t total = 0;
  while (!text.empty()) {
    Term term;
    if (!term.Read(text)) return std::nullopt;
    const std::optional<uint64_t> nanoseconds = term.Nanoseconds();
    if (!nanoseconds.has_value()) return std::nullopt;
    total += *nanoseconds;
    if (total > kLimit) return std::nullopt;
  }
  if (total == kLimit) {
    if (!negative) return std::nullopt;
    return absl::Nanoseconds(std::numeric_limits<int64_t>::min());
  }
  const absl::Duration duration = absl::Nanoseconds(static_cast<int64_t>(total));
  return negative ? -duration : duration;
}

}  // namespace waypoint
