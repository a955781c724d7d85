// The text of /metrics in Prometheus' format.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace waypoint::server {

class MetricsText {
 public:
  using Labels = std::vector<std::pair<absl::string_view, absl::string_view>>;
  // Begins a metric; its values follow.
  void Describe(absl::string_view name, absl::string_view type, absl::string_view help);
  void Value(absl::string_view suffix, const Labels& labels, double value);
  std::string Take() { return std::move(text_); }

 private:
  std::string name_, text_;
};

}  // namespace waypoint::server
