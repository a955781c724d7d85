// The one source of chance of a simulation: the same seed gives the same run, on any machine.
#pragma once

#include <cstdint>

namespace waypoint::simulation {

class Random {
 public:
  // Mixed: neighbouring seeds would else give the same numbers, shifted by one.
  explicit Random(uint64_t seed) : state_(Mix(seed + 0x1234567u)) {}

  uint64_t Next() { return Mix(state_ += 0x9e3779b97f4a7c15u); }  // splitmix64
  int Below(int n) { return static_cast<int>(Next() % static_cast<uint64_t>(n)); }
  bool Chance(int percent) { return Below(100) < percent; }

 private:
  static uint64_t Mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  uint64_t state_;
};

}  // namespace waypoint::simulation
