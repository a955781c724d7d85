// The plugins known by name, built-ins first of all. `use "docker"` looks here.
//
// Threads: fill it before use; then immutable and shared.
// Errors:  NotFound with what to do.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "plugin/component.h"

namespace waypoint::plugin {

class Registry {
 public:
  // A later plugin of the same name replaces the earlier.
  void Add(std::shared_ptr<const Plugin> plugin);
  absl::StatusOr<std::shared_ptr<const Plugin>> Find(absl::string_view name) const;
  std::vector<std::shared_ptr<const Plugin>> All() const;  // by name

 private:
  std::map<std::string, std::shared_ptr<const Plugin>, std::less<>> plugins_;
};

}  // namespace waypoint::plugin
