// Base58 with Bitcoin's alphabet, without checksum: the outermost form of a token (auth.md 1).
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace waypoint::auth {

std::string EncodeBase58(absl::string_view bytes);
// None for a character outside the alphabet.
std::optional<std::string> DecodeBase58(absl::string_view text);

}  // namespace waypoint::auth
