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

bool IsPlain(const std::optional<Type>& type) { return !type || type->IsPrimitive(); }

// Reads the values of one pass, collecting what is wrong.
class Reader {
 public:
  explicit Reader(const DeclaredVariables& declared) : declared_(declared) {}

  absl::StatusOr<VariableValues> Read(const std::vector<pb::Variable>& given) {
    for (const auto& [name, variable] : declared_) {
      if (variable.default_value) values_[name] = {*variable.default_value, FinalValue::DEFAULT, variable.sensitive};
    }
    // The last one wins. Of what it replaces only the text must be right, as in 0.11, not the type.
    for (const pb::Variable& wire : given) {
      if (auto it = declared_.find(wire.name()); it != declared_.end()) {
        ReadOne(wire, it->second);
      } else {
        Undefined(wire);
      }
    }
    for (const auto& [name, found] : found_) {
      if (!failed_.contains(name)) Settle(*found.wire, declared_.at(name), found.value);
    }
    for (const auto& [name, variable] : declared_) {
      if (!values_.contains(name) && !failed_.contains(name)) Unset(variable);
    }
    RETURN_IF_ERROR(DiagnosticsStatus(diagnostics_));
    return values_;
  }

 private:
  void Undefined(const pb::Variable& wire) {
    diagnostics_.Error("Undefined variable",
                       absl::StrCat("A value for \"", wire.name(), "\" was given (", SourceName(SourceOf(wire)),
                                    "), but waypoint.hcl declares no variable of that name; add a block `variable \"",
                                    wire.name(), "\" {}`."));
  }

  void ReadOne(const pb::Variable& wire, const DeclaredVariable& declared) {
    hcl::Diagnostics mistakes;
    std::optional<Value> value = Parse(wire, declared, mistakes);
    if (!value) return Tell(mistakes, declared);
    found_[wire.name()] = {&wire, *std::move(value)};
  }

  void Settle(const pb::Variable& wire, const DeclaredVariable& declared, const Value& value) {
    const Type type = TypeFor(wire, declared);
    absl::StatusOr<Value> converted = hcl::ConvertTo(value, type);
    if (converted.ok()) {
      values_[wire.name()] = {*std::move(converted), SourceOf(wire), declared.sensitive};
      return;
    }
    hcl::Diagnostics mistakes;
    Invalid(wire, declared,
            absl::StrCat("a ", value.type().FriendlyName(), " was given for type ", type.Text(), ": ",
                         converted.status().message()),
            mistakes);
    Tell(mistakes, declared);
  }

  void Tell(const hcl::Diagnostics& mistakes, const DeclaredVariable& declared) {
    failed_.insert(declared.name);
    for (hcl::Diagnostic mistake : mistakes) {
      if (declared.sensitive) Mask(mistake);
      diagnostics_.Add(std::move(mistake));
    }
  }

  // Source lines and details would give a sensitive value away: what is wrong and where is all that stays.
  static void Mask(hcl::Diagnostic& mistake) {
    mistake.detail = "The value is not shown because the variable is sensitive.";
    mistake.context.reset();
    if (!mistake.subject || !mistake.subject->source || !mistake.subject->source->name.starts_with("<value for var.")) {
      return;
    }
    std::string hidden(mistake.subject->source->text.size(), '*');
    mistake.subject->source = hcl::MakeSource(mistake.subject->source->name, std::move(hidden));
  }

  static void Invalid(const pb::Variable& wire, const DeclaredVariable& declared, const std::string& why,
                      hcl::Diagnostics& diagnostics) {
    diagnostics.Error("Invalid value for variable",
                      absl::StrCat("The value for variable \"", wire.name(), "\" (", SourceName(SourceOf(wire)),
                                   ") is not usable: ", why, "."),
                      declared.range);
  }

  // What a config sourcer answered is raw text for strings and JSON for the rest.
  static std::optional<Value> DynamicValue(const pb::Variable& wire, const DeclaredVariable& declared, const Type& type,
                                           hcl::Diagnostics& diagnostics) {
    if (wire.value_case() != pb::Variable::kStr) return FromWire(wire, declared.range, false, diagnostics);
    if (type.IsString()) return Value::Str(wire.str());
    absl::StatusOr<Value> value = hcl::ParseJson(wire.str());
    if (value.ok()) return *value;
    Invalid(wire, declared, std::string(value.status().message()), diagnostics);
    return std::nullopt;
  }

  static Type TypeFor(const pb::Variable& wire, const DeclaredVariable& declared) {
    return declared.type.value_or(SourceOf(wire) == FinalValue::DYNAMIC ? Type::String() : Type::Dynamic());
  }

  static std::optional<Value> Parse(const pb::Variable& wire, const DeclaredVariable& declared,
                                    hcl::Diagnostics& diagnostics) {
    const FinalValue::Source source = SourceOf(wire);
    if (source == FinalValue::DYNAMIC) return DynamicValue(wire, declared, TypeFor(wire, declared), diagnostics);
    const bool typed_in = source == FinalValue::CLI || source == FinalValue::ENV;
    std::optional<Value> value = FromWire(wire, declared.range, false, diagnostics);
    // What was typed as text for anything but a plain type is an expression.
    if (value && typed_in && !IsPlain(declared.type) && value->HasPayload() && value->type().IsString()) {
      pb::Variable text = wire;
      text.set_str(value->AsString());
      value = FromWire(text, declared.range, true, diagnostics);
    }
    return value;
  }

  void Unset(const DeclaredVariable& variable) {
    diagnostics_.Error(
        absl::StrCat("Unset variable \"", variable.name, "\""),
        absl::StrCat("A variable must have a value or a default. Set it with `-var ", variable.name,
                     "=VALUE`, in a wpvars file or by the environment variable WP_VAR_", variable.name, "."),
        variable.range);
  }

  struct Found {
    const pb::Variable* wire = nullptr;
    Value value;
  };

  const DeclaredVariables& declared_;
  hcl::Diagnostics diagnostics_;
  std::map<std::string, Found> found_;  // by the weightiest source so far
  VariableValues values_;
  std::set<std::string> failed_;
};

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
  return Reader(declared).Read(InOrder(sources));
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
