// Where dynamic configuration values come from (logs-exec-entrypoint.md 12).
//
// Threads: a sourcer is used by one thread at a time.
// Errors:  of a single value in its Value; of everything from Read.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace waypoint::appconfig {

struct SourceRequest {
  std::string name;
  std::map<std::string, std::string> config;
};

struct Json {
  std::string text;
};
struct SourceValue {
  std::string name;
  std::variant<std::string, Json, absl::Status> value;
};

class ConfigSourcer {
 public:
  virtual ~ConfigSourcer() = default;
  virtual absl::Status Configure(const std::map<std::string, std::string>& settings) = 0;
  // At every refresh; must be cheap.
  virtual absl::StatusOr<std::vector<SourceValue>> Read(const std::vector<SourceRequest>& requests) = 0;
  // Before a new Configure or other requests: drops caches.
  virtual void Stop() = 0;
};

// NotFound: no such type here.
using SourcerFactory = std::function<absl::StatusOr<std::unique_ptr<ConfigSourcer>>(absl::string_view type)>;

}  // namespace waypoint::appconfig
