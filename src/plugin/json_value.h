// JSON as a value, by protobuf's own parser. Numbers are doubles: exact up to 2^53.
//
// Threads: any.  Errors: InvalidArgument with the parser's text.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "google/protobuf/struct.pb.h"

namespace waypoint::plugin {

using Json = google::protobuf::Value;

absl::StatusOr<Json> ParseJson(absl::string_view text);
inline bool IsNull(const Json& value) {
  return value.kind_case() == Json::kNullValue || value.kind_case() == Json::KIND_NOT_SET;
}

// Canonical protobuf JSON of a message.
absl::StatusOr<std::string> MessageJson(const google::protobuf::Message& message);

// The JSON object a Go component would publish for templates (core-and-plugins.md B10): the first two levels
// with every field, snake case, sorted, numbers as numbers; deeper levels without zero fields.
std::string TemplateData(const google::protobuf::Message& message);

// "build_labels", "sha256Sum" -> "sha_256_sum": words and digit runs apart.
std::string SnakeCase(absl::string_view name);

}  // namespace waypoint::plugin
