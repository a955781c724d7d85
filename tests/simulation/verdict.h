// What went wrong in a run, if anything: the first violation counts.
#pragma once

#include <string>

namespace waypoint::simulation {

class Verdict {
 public:
  void Violated(const std::string& what) {
    if (violation_.empty()) violation_ = what;
  }
  bool ok() const { return violation_.empty(); }
  const std::string& violation() const { return violation_; }

 private:
  std::string violation_;
};

}  // namespace waypoint::simulation
