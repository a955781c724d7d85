// Where an identity provider sends the browser back to: a listener on this machine, for one login.
//
// Owns:    the socket.
// Threads: one; Await blocks it.
// Errors:  Cancelled when stopped; PermissionDenied with the provider's words when it refused the login.
// Spec:    auth.md 6 "CLI side".
#pragma once

#include <map>
#include <memory>
#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/fd.h"

namespace waypoint::cli {

// The parameters of "/path?a=b&c=d", decoded.
std::map<std::string, std::string> QueryOf(absl::string_view url);

class LoopbackCallback {
 public:
  struct Result {
    std::string code, state;
  };
  static absl::StatusOr<std::unique_ptr<LoopbackCallback>> Listen();
  std::string url() const;  // "http://127.0.0.1:PORT/oidc/callback"
  // The first visitor who brings this state; others are told that they are wrong here.
  absl::StatusOr<Result> Await(const std::string& state, std::stop_token stop);

 private:
  LoopbackCallback(UniqueFd listener, uint16_t port) : listener_(std::move(listener)), port_(port) {}

  const UniqueFd listener_;
  const uint16_t port_;
};

}  // namespace waypoint::cli
