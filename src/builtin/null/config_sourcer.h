// Dynamic configuration out of what is written down: for trying things out without a store of secrets
// (builtin-plugins.md 8).
//
// Settings: `values`, a JSON object of strings. A request names `static_value`, or in `config_key` one of `values`.
// Threads: one at a time.
// Errors:  of a single value: a key without a value, a request that names neither.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "appconfig/sourcer.h"

namespace waypoint::builtin::null {

class ConfigSourcer : public appconfig::ConfigSourcer {
 public:
  absl::Status Configure(const std::map<std::string, std::string>& settings) override;
  absl::StatusOr<std::vector<appconfig::SourceValue>> Read(
      const std::vector<appconfig::SourceRequest>& requests) override;
  void Stop() override { values_.clear(); }

 private:
  std::map<std::string, std::string> values_;
};

// All that agents and entrypoints can read from so far. NotFound, saying so, for any other type.
absl::StatusOr<std::unique_ptr<appconfig::ConfigSourcer>> MakeSourcer(absl::string_view type);

}  // namespace waypoint::builtin::null
