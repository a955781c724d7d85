// From configuration variables and the dynamic values read for them to environment and files
// (logs-exec-entrypoint.md 11, refresh 3 and 4).
//
// Threads: pure.
// Errors:  a value that cannot be made is logged and becomes ""; dynamic ones without a value are left out.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "appconfig/sourcer.h"
#include "waypoint/config.pb.h"

namespace waypoint::appconfig {

namespace pb = ::hashicorp::waypoint;

struct File {
  std::string path, content;
  bool operator==(const File&) const = default;
};

struct Resolved {
  std::vector<std::string> env;  // "KEY=value", sorted
  std::vector<File> files;       // by path
};

// Values that templates see as config.env.NAME and config.internal.NAME.
struct TemplateVariables {
  std::map<std::string, std::string> env, internal;
};
// Evaluates an HCL template. Null where the program has no HCL: then only escapes are resolved.
using TemplateEvaluator = std::function<absl::StatusOr<std::string>(const std::string&, const TemplateVariables&)>;

using DynamicValues = std::map<std::string, std::variant<std::string, Json>>;  // by variable name

Resolved Resolve(const std::vector<pb::ConfigVar>& variables, const DynamicValues& dynamic,
                 const TemplateEvaluator& evaluate);

// "$${" -> "${" and "%%{" -> "%{"; false if something is left to evaluate.
bool Unescape(absl::string_view text, std::string* out);

}  // namespace waypoint::appconfig
