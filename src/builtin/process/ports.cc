#include <algorithm>

#include "base/ids.h"
#include "base/real_clock.h"
#include "base/socket.h"
#include "builtin/process/deployments.h"

namespace waypoint::builtin::process {
namespace {

// Below the range that Linux gives to outgoing connections, so that none of those takes the port
// between our choice and the app's bind.
constexpr int kFirstPort = 20000;
constexpr int kPorts = 12000;
constexpr int kTries = 200;

// Every address: a listener on any single one would be in the way.
bool IsFree(uint16_t port) { return ListenTcp("0.0.0.0", port).ok(); }

}  // namespace

absl::StatusOr<uint16_t> PickPort(const std::vector<uint16_t>& given) {
  RealIds ids;
  for (int i = 0; i < kTries; ++i) {
    std::string random = ids.Random(2);
    int offset = (static_cast<unsigned char>(random[0]) << 8 | static_cast<unsigned char>(random[1])) % kPorts;
    uint16_t port = static_cast<uint16_t>(kFirstPort + offset);
    if (std::find(given.begin(), given.end(), port) == given.end() && IsFree(port)) return port;
  }
  return absl::ResourceExhaustedError("found no free port between 20000 and 31999; stop some of what listens there");
}

}  // namespace waypoint::builtin::process
