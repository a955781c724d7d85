// A message kept as a JSON file: readable for people, written so that a crash leaves old or new.
//
// Threads: any.
// Errors:  NotFound where the file is absent; DataLoss where it is no such message.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace waypoint::builtin::process {

absl::Status ReadJson(const std::string& path, google::protobuf::Message* message);
absl::Status WriteJson(const std::string& path, const google::protobuf::Message& message);

}  // namespace waypoint::builtin::process
