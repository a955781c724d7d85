#include "runner/liveness.h"

#include <sys/socket.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/socket.h"
#include "base/status.h"

namespace waypoint::runner {
namespace {

void Serve(int listener, std::stop_token stop) {
  while (WaitReadable(listener, absl::InfiniteFuture(), stop).ok()) {
    UniqueFd connection(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
  }
}

}  // namespace

Liveness::Liveness(UniqueFd listener, int port) : listener_(std::move(listener)), port_(port) {
  thread_ = std::jthread([this](std::stop_token stop) { Serve(listener_.get(), stop); });
}

absl::StatusOr<std::unique_ptr<Liveness>> Liveness::Start(const std::string& address) {
  const size_t colon = address.rfind(':');
  uint32_t port = 0;
  if (colon == std::string::npos || !absl::SimpleAtoi(address.substr(colon + 1), &port) || port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("liveness address \"", address, "\" must be host:port, for instance 0.0.0.0:1234"));
  }
  const std::string host = colon == 0 ? "0.0.0.0" : address.substr(0, colon);
  absl::StatusOr<UniqueFd> listener = ListenTcp(host, static_cast<uint16_t>(port));
  if (!listener.ok()) return Annotate(listener.status(), "liveness address ", address);
  ASSIGN_OR_RETURN(uint16_t bound, LocalPort(listener->get()));
  return std::unique_ptr<Liveness>(new Liveness(*std::move(listener), bound));
}

}  // namespace waypoint::runner
