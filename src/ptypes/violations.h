// Collects what is wrong with a request, field by field, so that all of it is told at once.
//
// Errors:  InvalidArgument with one google.rpc.BadRequest field violation a problem (server-and-state.md 3.5).
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "errors/details.h"

namespace waypoint::ptypes {

inline constexpr char kBlank[] = "cannot be blank";
inline constexpr char kMustBeSet[] = "must be set";

class Violations {
 public:
  // `field`: dotted, with proto field names; a oneof by its Go name ("ref.Target").
  void Add(absl::string_view field, absl::string_view problem);
  // Adds `problem` unless `good`; returns `good`.
  bool Require(bool good, absl::string_view field, absl::string_view problem);
  absl::Status ToStatus() const { return InvalidFields(list_); }

 private:
  std::vector<FieldViolation> list_;
};

}  // namespace waypoint::ptypes
