#include <openssl/sha.h>

#include <algorithm>
#include <set>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "config/errors.h"
#include "config/variable_wire.h"
#include "config/variables.h"
#include "hcl/convert.h"
#include "hcl/functions/json_text.h"
#include "hcl/render_value.h"

namespace waypoint::config {
namespace {

using hcl::Type;
using hcl::Value;
using FinalValue = pb::Variable::FinalValue;

std::vector<pb::Variable> InOrder(const RunnerSources& sources) {
  std::vector<pb::Variable> all;
  for (const auto* list :
       {&sources.dynamic, &sources.server, &sources.environment, &sources.auto_files, &sources.job}) {
    all.insert(all.end(), list->begin(), list->end());
  }
  return all;
}

// Where a variable's value came from, as its message begins.
absl::Status Problem(const pb::Variable& variable, const absl::Status& why) {
  return Annotate(why, "variable \"", variable.name(), "\" (from ", SourceName(SourceOf(variable)), ")");
}

bool IsPlain(const std::optional<Type>& type) { return !type || type->IsPrimitive(); }

// What a config sourcer answered: raw text for strings, JSON for the rest.
absl::StatusOr<Value> DynamicValue(const pb::Variable& variable, const Type& type) {
  if (variable.value_case() != pb::Variable::kStr) return FromWire(variable, false);
  if (type.IsString()) return Value::Str(variable.str());
  return hcl::ParseJson(variable.str());
}

absl::StatusOr<Value> ReadValue(const pb::Variable& variable, const DeclaredVariable& declared) {
  FinalValue::Source source = SourceOf(variable);
  Type type = declared.type.value_or(Type::Dynamic());
  absl::StatusOr<Value> value;
  if (source == FinalValue::DYNAMIC) {
    if (!declared.type) type = Type::String();
    value = DynamicValue(variable, type);
  } else {
    bool typed_in = source == FinalValue::CLI || source == FinalValue::ENV;
    value = FromWire(variable, typed_in && !IsPlain(declared.type));
    bool text = variable.value_case() == pb::Variable::kStr;
    if (value.ok() && text && !typed_in && !IsPlain(declared.type) && !type.IsDynamic()) {
      return absl::InvalidArgumentError(absl::StrCat("a ", type.FriendlyName(), " is needed, but a string was given"));
    }
  }
  RETURN_IF_ERROR(value.status());
  absl::StatusOr<Value> converted = hcl::ConvertTo(*value, type);
  if (converted.ok()) return converted;
  return absl::InvalidArgumentError(absl::StrCat("the value is of type ", value->type().FriendlyName(),
                                                 ", the variable ", "of type ", type.FriendlyName(), ": ",
                                                 converted.status().message()));
}

absl::Status Unset(const std::string& name) {
  return absl::InvalidArgumentError(
      absl::StrCat("variable \"", name, "\" has no value and no default; set it with `-var ", name,
                   "=VALUE`, a wpvars ", "file or the environment variable WP_VAR_", name));
}

}  // namespace

std::vector<pb::Variable> EnvironmentVariables(const DeclaredVariables& declared, const GetEnv& get_env) {
  std::vector<pb::Variable> out;
  for (const auto& [name, variable] : declared) {
    std::vector<std::string> names = {"WP_VAR_" + name};
    names.insert(names.end(), variable.env.begin(), variable.env.end());
    for (const std::string& candidate : names) {
      std::optional<std::string> value = get_env(candidate);
      if (!value || value->empty()) continue;
      pb::Variable& wire = out.emplace_back();
      wire.set_name(name);
      wire.set_str(*value);
      wire.mutable_env();
      break;
    }
  }
  return out;
}

std::vector<std::string> NeededDynamicDefaults(const DeclaredVariables& declared, const RunnerSources& sources) {
  std::vector<pb::Variable> given = InOrder(sources);
  std::vector<std::string> names;
  for (const auto& [name, variable] : declared) {
    bool set = std::any_of(given.begin(), given.end(), [&n = name](const pb::Variable& v) { return v.name() == n; });
    if (variable.dynamic && !set) names.push_back(name);
  }
  return names;
}

absl::StatusOr<VariableValues> EvaluateVariables(const DeclaredVariables& declared, const RunnerSources& sources) {
  VariableValues values;
  std::vector<absl::Status> errors;
  for (const auto& [name, variable] : declared) {
    if (variable.default_value) values[name] = {*variable.default_value, FinalValue::DEFAULT, variable.sensitive};
  }
  std::set<std::string> failed;
  for (const pb::Variable& wire : InOrder(sources)) {
    auto it = declared.find(wire.name());
    if (it == declared.end()) {
      errors.push_back(absl::InvalidArgumentError(
          absl::StrCat("undefined variable \"", wire.name(), "\" (from ", SourceName(SourceOf(wire)),
                       "): declare it in waypoint.hcl with a block `variable \"", wire.name(), "\" {}`")));
      continue;
    }
    absl::StatusOr<Value> value = ReadValue(wire, it->second);
    if (!value.ok()) {
      errors.push_back(Problem(wire, value.status()));
      failed.insert(wire.name());
      continue;
    }
    values[wire.name()] = {*std::move(value), SourceOf(wire), it->second.sensitive};
  }
  for (const auto& [name, variable] : declared) {
    if (!values.contains(name) && !failed.contains(name)) errors.push_back(Unset(name));
  }
  RETURN_IF_ERROR(JoinErrors(errors, "errors in variables"));
  return values;
}

namespace {

std::string Hash(const std::string& text) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), SHA256_DIGEST_LENGTH));
}

std::string PlainText(const pb::Variable& wire) {
  switch (wire.value_case()) {
    case pb::Variable::kStr:
      return wire.str();
    case pb::Variable::kBool:
      return wire.bool_() ? "true" : "false";
    case pb::Variable::kNum:
      return absl::StrCat(wire.num());
    default:
      return wire.hcl();
  }
}

}  // namespace

absl::StatusOr<std::map<std::string, FinalValue>> FinalValues(const VariableValues& values, const std::string& cookie) {
  std::map<std::string, FinalValue> out;
  for (const auto& [name, variable] : values) {
    ASSIGN_OR_RETURN(pb::Variable wire, ToWire(name, variable.value));
    FinalValue& final_value = out[name];
    final_value.set_source(variable.source);
    if (variable.sensitive) {
      final_value.set_sensitive(Hash(cookie + PlainText(wire)));
      continue;
    }
    switch (wire.value_case()) {
      case pb::Variable::kStr:
        final_value.set_str(wire.str());
        break;
      case pb::Variable::kBool:
        final_value.set_bool_(wire.bool_());
        break;
      case pb::Variable::kNum:
        final_value.set_num(wire.num());
        break;
      default:
        final_value.set_hcl(wire.hcl());
        break;
    }
  }
  return out;
}

}  // namespace waypoint::config
