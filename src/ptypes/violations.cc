#include "ptypes/violations.h"

namespace waypoint::ptypes {

void Violations::Add(absl::string_view field, absl::string_view problem) {
  list_.push_back({std::string(field), std::string(problem)});
}

bool Violations::Require(bool good, absl::string_view field, absl::string_view problem) {
  if (!good) Add(field, problem);
  return good;
}

}  // namespace waypoint::ptypes
