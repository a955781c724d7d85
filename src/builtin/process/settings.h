// Kinds of configuration values that several of the components share.
//
// Errors:  InvalidArgument naming the field and what it takes.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "builtin/process/layout.h"
#include "plugin/config_fields.h"
#include "sdk/messages.pb.h"

namespace waypoint::builtin::process {

// A command: `"make all"` goes to the shell, `["make", "all"]` is run as it is.
struct Words {
  std::vector<std::string> words;
  bool empty() const { return words.empty(); }
};
absl::Status Decode(const plugin::Json& value, Words* out);

// "10s", "1m30s", "500ms", or a number of seconds; "" gives `fallback`.
absl::StatusOr<absl::Duration> ParseDuration(absl::string_view field, absl::string_view text, absl::Duration fallback);

pb::State::Owner OwnerOf(const hashicorp::waypoint::sdk::Args::JobInfo& job);
std::vector<std::string> ToEnvironment(const std::map<std::string, std::string>& values);
// What the wrapper needs to find its server (builtin-plugins.md 0).
std::vector<std::string> EntrypointEnvironment(const hashicorp::waypoint::sdk::Args::DeploymentConfig& config);

}  // namespace waypoint::builtin::process

namespace waypoint::plugin::internal {

// Go's interface{}: any value.
template <>
struct GoType<builtin::process::Words> : GoPrimitive<20> {};

}  // namespace waypoint::plugin::internal
