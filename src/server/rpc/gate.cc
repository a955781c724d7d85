#include "server/rpc/gate.h"

#include <cstdint>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace waypoint::server {
namespace {

constexpr uint32_t kMinimum = 1, kCurrent = 1;

struct Range {
  uint32_t minimum, current;
};

// Blanks before the number are skipped; a sign or a letter is no number.
std::optional<uint32_t> TakeNumber(absl::string_view* text) {
  while (!text->empty() && absl::ascii_isspace(static_cast<unsigned char>(text->front()))) text->remove_prefix(1);
  uint64_t value = 0;
  size_t digits = 0;
  while (digits < text->size() && absl::ascii_isdigit(static_cast<unsigned char>((*text)[digits]))) {
    value = value * 10 + static_cast<uint64_t>((*text)[digits] - '0');
    if (value > UINT32_MAX) return std::nullopt;
    ++digits;
  }
  if (digits == 0) return std::nullopt;
  text->remove_prefix(digits);
  return static_cast<uint32_t>(value);
}

// "min,current"; what follows the second number is ignored.
std::optional<Range> ParseRange(absl::string_view text) {
  std::optional<uint32_t> minimum = TakeNumber(&text);
  if (!minimum || text.empty() || text.front() != ',') return std::nullopt;
  text.remove_prefix(1);
  std::optional<uint32_t> current = TakeNumber(&text);
  if (!current) return std::nullopt;
  return Range{*minimum, *current};
}

}  // namespace

absl::Status Negotiate(const Method& method, const Presented& presented) {
  if (!method.guarded || method.name == "GetVersionInfo") return absl::OkStatus();
  const bool entrypoint = absl::StartsWith(method.name, "Entrypoint");
  const char* header = entrypoint ? "client-entrypoint-protocol" : "client-api-protocol";
  const auto& values = entrypoint ? presented.entrypoint_protocol : presented.api_protocol;
  if (values.size() != 1) {
    return absl::InvalidArgumentError(absl::StrCat("the header ", header,
                                                   " must be given exactly once, as \"MIN,CURRENT\"; it came ",
                                                   values.size(), " times. Is this a Waypoint client?"));
  }
  std::optional<Range> client = ParseRange(values[0]);
  if (!client) {
    return absl::InvalidArgumentError(
        absl::StrCat("the header ", header, " must be two numbers, as \"1,1\"; it is \"", values[0], "\""));
  }
  if (client->current < kMinimum) {
    return absl::InvalidArgumentError(absl::StrCat("the client is too old: it speaks version ", client->current, " of ",
                                                   header, ", the server needs at least ", kMinimum,
                                                   ". Upgrade the client."));
  }
  if (kCurrent < client->minimum) {
    return absl::InvalidArgumentError(absl::StrCat("the server is too old: it speaks version ", kCurrent, " of ",
                                                   header, ", the client needs at least ", client->minimum,
                                                   ". Upgrade the server."));
  }
  return absl::OkStatus();
}

}  // namespace waypoint::server
