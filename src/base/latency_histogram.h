// How long something took, counted in buckets; cheap enough for every call.
//
// Threads: plain data.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace waypoint {

struct LatencyHistogram {
  // Upper ends of the buckets in seconds; one more bucket is for what is longer.
  static constexpr std::array<double, 11> kEnds = {0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                                   0.025,  0.1,    0.5,   2.5,    10};

  std::array<uint64_t, kEnds.size() + 1> counts{};
  uint64_t count = 0;
  double seconds = 0;  // all together

  void Add(absl::Duration took) {
    const double s = absl::ToDoubleSeconds(took);
    size_t bucket = 0;
    while (bucket < kEnds.size() && s > kEnds[bucket]) ++bucket;
    ++counts[bucket];
    ++count;
    seconds += s;
  }
};

}  // namespace waypoint
