// The hash of a runner's labels that its token carries (auth.md 7). Bit for bit that of 0.11.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace waypoint::auth {

// Never 0; an empty set has a value, too. Takes protobuf maps as well as std::map.
uint64_t HashLabels(const std::map<std::string, std::string>& labels);

template <typename Map>
uint64_t RunnerLabelHash(const Map& labels) {
  return HashLabels(std::map<std::string, std::string>(labels.begin(), labels.end()));
}

}  // namespace waypoint::auth
