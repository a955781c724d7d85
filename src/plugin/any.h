// Messages in and out of opaqueany.Any (core-and-plugins.md B10): written as type.googleapis.com/<full name>,
// read by whatever follows the last slash.
//
// Threads: any.  Errors: InvalidArgument for another type or bytes that do not parse.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "opaqueany/any.pb.h"

namespace waypoint::plugin {

// An Any (of either package) is passed through instead of being wrapped again.
opaqueany::Any PackAny(const google::protobuf::Message& message);
absl::Status UnpackAny(const opaqueany::Any& any, google::protobuf::Message* message);
// "docker.Image" of "type.googleapis.com/docker.Image".
absl::string_view AnyType(const opaqueany::Any& any);

}  // namespace waypoint::plugin
