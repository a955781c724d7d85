// Where new ids and random bytes come from, so that a simulation can replay them.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <string>

#include "absl/time/time.h"

namespace waypoint {

class IdSource {
 public:
  virtual ~IdSource() = default;
  // 26 characters of upper-case Crockford base32: 48 bits of milliseconds, 80 random bits
  // (server-and-state.md 5.1).
  virtual std::string Ulid() = 0;
  virtual std::string Random(size_t bytes) = 0;
};

// The text form of a ULID; `random` holds 10 bytes.
std::string EncodeUlid(absl::Time time, const std::string& random);

}  // namespace waypoint
