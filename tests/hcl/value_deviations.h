// Cases about functions, types and values that ours answers otherwise on purpose, each with its reason.
#pragma once

#include <map>
#include <string>

#include "hcl/corpus.h"

namespace waypoint::hcl::testing {

inline const std::map<std::string, std::string>& ValueDeviations() {
  static const auto& reasons = *new std::map<std::string, std::string>{
      {"functions/hand/670", "0.11 fails over a property name that is not in NFC; ours normalises it like any string"},
  };
  return reasons;
}

inline bool IsValueDeviation(const Json& request) {
  return ValueDeviations().contains(request["id"].get<std::string>()) || request.contains("quirk");
}

}  // namespace waypoint::hcl::testing
