// Base64 as the functions read it.
#pragma once

#include <optional>
#include <string>

namespace waypoint::hcl {

// The standard alphabet with its padding; line breaks anywhere are skipped, nothing else is. nullopt: it is not that.
std::optional<std::string> DecodeBase64(const std::string& text);

}  // namespace waypoint::hcl
