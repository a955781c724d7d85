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
  absl::StatusOr<HostPort> place = ParseHostPort(address);
  if (!place.ok()) return Annotate(place.status(), "liveness address");
  absl::StatusOr<UniqueFd> listener = ListenTcp(place->host.empty() ? "0.0.0.0" : place->host, place->port);
  if (!listener.ok()) return Annotate(listener.status(), "liveness address ", address);
  ASSIGN_OR_RETURN(uint16_t bound, LocalPort(listener->get()));
  return std::unique_ptr<Liveness>(new Liveness(*std::move(listener), bound));
}

}  // namespace waypoint::runner
