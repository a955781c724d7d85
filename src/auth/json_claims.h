// JSON objects as a provider writes them: claims of tokens, discovery documents, key sets.
//
// Threads: pure functions.
// Errors:  InvalidArgument for what is no JSON object.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/struct.pb.h"

namespace waypoint::auth {

using JsonObject = google::protobuf::Struct;
using JsonValue = google::protobuf::Value;

absl::StatusOr<JsonObject> ParseJsonObject(absl::string_view text);

// Null: absent, or JSON's null.
const JsonValue* FindMember(const JsonObject& object, const std::string& name);
// A name, or with a leading '/' a JSON pointer.
const JsonValue* FindClaim(const JsonObject& object, const std::string& source);

// Empty unless it is a text.
std::string TextMember(const JsonObject& object, const std::string& name);
std::optional<double> NumberMember(const JsonObject& object, const std::string& name);
// A list of texts, or one text alone.
std::vector<std::string> TextsMember(const JsonObject& object, const std::string& name);

}  // namespace waypoint::auth
