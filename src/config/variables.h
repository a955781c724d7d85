// Input variables: declarations, wpvars files, sources and their weight (waypoint-hcl.md B7).
//
// Owns:    plain data.
// Threads: pure functions; files are read where a path is given.
// Errors:  InvalidArgument naming the variable, its source and what to do; all mistakes of a pass together.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hcl/functions/dynamic.h"
#include "hcl/source.h"
#include "hcl/value.h"
#include "waypoint/common.pb.h"

namespace waypoint::config {

namespace pb = ::hashicorp::waypoint;

using DynamicDefault = hcl::DynamicValue;

struct DeclaredVariable {
  std::string name;
  std::optional<hcl::Type> type;
  std::optional<hcl::Value> default_value;
  std::optional<DynamicDefault> dynamic;
  std::string description;
  std::vector<std::string> env;
  bool sensitive = false;
  hcl::Range range;
};
using DeclaredVariables = std::map<std::string, DeclaredVariable>;

struct VariableValue {
  hcl::Value value;
  pb::Variable::FinalValue::Source source = pb::Variable::FinalValue::UNKNOWN;
  bool sensitive = false;
};
using VariableValues = std::map<std::string, VariableValue>;

// A plain environment variable, or nothing.
using GetEnv = std::function<std::optional<std::string>(const std::string& name)>;

// The client's part (Job.variables), lowest weight first: WP_VAR_* of `environment`, -var-file in order, -var in order.
struct ClientSources {
  std::map<std::string, std::string> environment;
  std::vector<std::string> files;
  std::vector<std::string> assignments;  // "name=value"
};
absl::StatusOr<std::vector<pb::Variable>> CollectClientVariables(const ClientSources& sources);

// One wpvars file. `name` ends .json for the JSON syntax.
absl::StatusOr<std::vector<pb::Variable>> ReadVariableFile(const std::string& name, const std::string& contents);
// *.auto.wpvars and *.auto.wpvars.json of a folder, sorted by name, as source VCS.
absl::StatusOr<std::vector<pb::Variable>> ReadAutoFiles(const std::string& folder);
// WP_VAR_name, else the first non-empty of the variable's own names.
std::vector<pb::Variable> EnvironmentVariables(const DeclaredVariables& declared, const GetEnv& get_env);

struct RunnerSources {
  std::vector<pb::Variable> dynamic;  // resolved dynamic defaults (text, or JSON for types other than string)
  std::vector<pb::Variable> server;   // Project.variables
  std::vector<pb::Variable> environment;
  std::vector<pb::Variable> auto_files;
  std::vector<pb::Variable> job;  // Job.variables
};

// Names of variables whose dynamic default is needed because nothing else sets them.
std::vector<std::string> NeededDynamicDefaults(const DeclaredVariables& declared, const RunnerSources& sources);

absl::StatusOr<VariableValues> EvaluateVariables(const DeclaredVariables& declared, const RunnerSources& sources);

// For VariableValuesSet; `cookie` salts the hash that stands for a sensitive value.
absl::StatusOr<std::map<std::string, pb::Variable::FinalValue>> FinalValues(const VariableValues& values,
                                                                            const std::string& cookie);

}  // namespace waypoint::config
