// One named connection to a server, as kept in a context file (cli.md 5).
//
// Threads: a value.
// Errors:  InvalidArgument naming file and line when a file cannot be read as a context.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace waypoint::clicontext {

struct Context {
  std::string address;
  bool tls = false;
  bool tls_skip_verify = false;
  std::string address_internal;
  bool require_auth = false;
  std::string auth_token;
  std::string platform;
  std::string workspace;
};

std::string FormatContext(const Context& context);
absl::StatusOr<Context> ParseContext(absl::string_view text, const std::string& file_name);

}  // namespace waypoint::clicontext
