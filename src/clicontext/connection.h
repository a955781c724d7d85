// Which server to talk to: context, then environment, then flags (cli.md 5).
//
// Threads: pure functions.
// Errors:  InvalidArgument / NotFound with the text for the user.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/environment.h"
#include "clicontext/storage.h"

namespace waypoint::clicontext {

struct Connection {
  std::string address;  // host:port
  bool tls = false;
  bool tls_skip_verify = false;
  std::string token;  // "" = none is sent
  std::string platform;
  std::string context_name;  // "" if no context took part
};

// -server-addr and its companions.
struct ConnectionFlags {
  std::string address;  // "" = not given
  bool tls = true;
  bool tls_skip_verify = false;
};

// Nothing = no server is configured.
absl::StatusOr<std::optional<Connection>> ResolveConnection(const Storage& storage, const Environment& env,
                                                            const ConnectionFlags& flags = {});

// What `login` and others take as an address: "host", "host:port", "http://host:port" ... Port 9701 is added.
Connection ParseAddressArgument(const std::string& text);

}  // namespace waypoint::clicontext
