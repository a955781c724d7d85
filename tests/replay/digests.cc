#include "replay/digests.h"

#include <string>

#include "absl/strings/match.h"

namespace waypoint::replay {
namespace {

using google::protobuf::Value;

// Why a job waits is said to followers, which 0.11 did not do.
bool IsReason(const Value& event) {
  return absl::StartsWith(Text(At(event.struct_value(), "line"), "msg"), "Queued: ");
}

}  // namespace

Struct FollowedJob(const std::vector<Struct>& messages) {
  Struct digest;
  auto& fields = *digest.mutable_fields();
  auto* events = fields["events"].mutable_list_value();
  for (size_t i = 0; i < messages.size(); ++i) {
    const Struct& message = messages[i];
    if (message.fields().count("open") > 0) fields["open_at"].set_number_value(static_cast<double>(i));
    if (message.fields().count("job") > 0) *fields["job"].mutable_struct_value() = At(message, "job");
    if (message.fields().count("download") > 0) *fields["download"].mutable_struct_value() = At(message, "download");
    if (message.fields().count("complete") > 0) {
      *fields["complete"].mutable_struct_value() = At(message, "complete");
      fields["complete_is_last"].set_bool_value(i + 1 == messages.size());
    }
    if (message.fields().count("state") > 0) {
      const Struct& state = At(message, "state");
      // Each change goes on from the state that was said before.
      const std::string previous = Text(state, "previous");
      if (previous != fields["state"].string_value()) fields["torn"].set_string_value(previous);
      fields["state"].set_string_value(Text(state, "current"));
    }
    auto list = At(message, "terminal").fields().find("events");
    if (list == At(message, "terminal").fields().end()) continue;
    for (const Value& event : list->second.list_value().values()) {
      Value plain = event;
      plain.mutable_struct_value()->mutable_fields()->erase("timestamp");
      if (!IsReason(plain)) *events->add_values() = plain;
    }
  }
  return digest;
}

Struct SnapshotStream(const std::vector<Struct>& messages) {
  Struct digest;
  auto& fields = *digest.mutable_fields();
  fields["empty"].set_bool_value(messages.size() < 2);
  for (size_t i = 0; i < messages.size(); ++i) {
    for (const auto& [name, value] : messages[i].fields()) fields[i == 0 ? "first" : "rest"].set_string_value(name);
  }
  return digest;
}

}  // namespace waypoint::replay
