// What an error carries beside its code and text: pairs of context, and the fields of a request that are wrong.
// In memory they are one payload of absl::Status, on the wire the details of google.rpc.Status.
//
// Threads: pure functions.
// Errors:  details that cannot be decoded are dropped; the code and the text always stay.
// Spec:    server-and-state.md 3.5.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace waypoint {

struct FieldViolation {
  std::string field;        // dotted, proto field names: "project.name"
  std::string description;  // "cannot be blank"
};

// The same error with one more pair of context, such as ("project_name", "web"). OK stays OK.
absl::Status WithDetail(absl::Status status, absl::string_view key, absl::string_view value);
std::vector<std::pair<std::string, std::string>> DetailsOf(const absl::Status& status);

// InvalidArgument that names every violation, in the text and as details. OK when there is none.
absl::Status InvalidFields(const std::vector<FieldViolation>& violations);
std::vector<FieldViolation> ViolationsOf(const absl::Status& status);

// The same error, shortened to what the trailers of a call may hold: a peer with gRPC's usual limit of 8 KiB would
// otherwise be told of that limit only. The code stays, of the text and the details what comes first.
absl::Status FitForTrailers(const absl::Status& status);

// The wire's form (a serialized google.rpc.Status), empty when there are no details; and back.
std::string EncodeDetails(const absl::Status& status);
absl::Status DecodeStatus(int code, absl::string_view message, absl::string_view details);

}  // namespace waypoint
