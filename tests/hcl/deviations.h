// Cases of the corpus that ours answers otherwise on purpose, each with its reason.
#pragma once

#include <map>
#include <string>

#include "hcl/corpus.h"

namespace waypoint::hcl::testing {

inline const std::map<std::string, std::string>& Deviations() {
  static const auto& reasons = *new std::map<std::string, std::string>{
      {"tokens/bytes/51", "0.11 takes a broken UTF-8 sequence as a letter; the spec (A1) makes it an error"},
      {"tokens/bytes/57", "the same"},
      {"tokens/expr/245", "0.11 glues two % before a line's end into one token; the text is the same"},
  };
  return reasons;
}

inline bool IsDeviation(const Json& request) { return Deviations().contains(request["id"].get<std::string>()); }

}  // namespace waypoint::hcl::testing
