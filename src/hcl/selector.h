// Label selectors: `env == "prod" and not (region is empty)` (waypoint-hcl.md B4).
//
// Owns:    a parsed selector shares its tree; copies are cheap.
// Threads: immutable, thread-safe.
// Errors:  Parse: InvalidArgument with the column. Matches: NotFound if it names a label that is not set.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace waypoint::hcl {

class Selector {
 public:
  struct Node;  // selector.cc

  static absl::StatusOr<Selector> Parse(std::string_view text);
  absl::StatusOr<bool> Matches(const std::map<std::string, std::string>& labels) const;

  // Over anything else that has names: a text, or a list of texts, of which only `contains`, `in` and
  // `is empty` can be asked. None: the name is not set.
  struct Value {
    std::string text;
    std::optional<std::vector<std::string>> list;
  };
  using Lookup = std::function<std::optional<Value>(const std::vector<std::string>& path)>;
  absl::StatusOr<bool> Matches(const Lookup& lookup) const;

 private:
  explicit Selector(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  std::shared_ptr<const Node> root_;
};

}  // namespace waypoint::hcl
