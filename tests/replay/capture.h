// Recorded traffic of 0.11 as data (tests/data/captures, its README tells the format).
//
// Threads: plain data.
// Errors:  a capture that cannot be read or does not parse is a broken repository: InvalidArgument with the line.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/struct.pb.h"

namespace waypoint::replay {

using google::protobuf::Struct;
using Headers = std::vector<std::pair<std::string, std::string>>;

struct Event {
  enum class Kind { kCommand, kExit, kOpen, kMessage, kHalfClose, kCancel, kStatus };
  Kind kind = Kind::kCommand;
  std::string command;  // the command line under which it happened; for kCommand the line itself
  int exit_code = 0;

  int64_t ms = 0;  // since the start of the recording
  int connection = 0;
  int call = 0;      // 0: no event of a call
  std::string peer;  // cli, runner, entrypoint
  std::string rpc;
  bool to_server = false;

  Headers headers;         // kOpen
  bool keepalive = false;  // kMessage without `message`
  bool left_out = false;   // kMessage whose content is not in the file
  Struct message;
  int code = 0;  // kStatus
  std::string text;
  google::protobuf::ListValue details;
};

struct Capture {
  std::string name;
  std::vector<Event> events;  // in the order in which they passed
};

// `name` without folder and ending: "server-records".
absl::StatusOr<Capture> LoadCapture(const std::string& name);

// The value of a field, or an empty struct.
const Struct& At(const Struct& object, const std::string& field);
std::string Text(const Struct& object, const std::string& field);

// What an RPC takes and gives, as messages.
bool IsUnary(const std::string& rpc);
std::unique_ptr<google::protobuf::Message> NewRequest(const std::string& rpc);
std::unique_ptr<google::protobuf::Message> NewResponse(const std::string& rpc);
absl::Status FromStruct(const Struct& object, google::protobuf::Message* message);
Struct ToStruct(const google::protobuf::Message& message);
// Without our own additions to the wire, whose numbers begin at 50,000.
void ClearAdditions(google::protobuf::Message* message);

}  // namespace waypoint::replay
