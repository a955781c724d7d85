#include "config/variable_wire.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "config/errors.h"
#include "hcl/parse.h"
#include "hcl/render_value.h"

namespace waypoint::config {

using hcl::Value;

absl::StatusOr<pb::Variable> ToWire(const std::string& name, const Value& value) {
  pb::Variable out;
  out.set_name(name);
  bool plain = value.HasPayload();
  if (plain && value.type().IsString()) {
    out.set_str(value.AsString());
  } else if (plain && value.type().IsBool()) {
    out.set_bool_(value.AsBool());
  } else if (plain && value.type().IsNumber() && value.AsNumber().AsInt64()) {
    out.set_num(*value.AsNumber().AsInt64());
  } else {
    ASSIGN_OR_RETURN(std::string text, hcl::RenderValue(value));
    out.set_hcl(std::move(text));
  }
  return out;
}

std::optional<Value> FromWire(const pb::Variable& variable, const hcl::Range& declared, bool text_is_hcl,
                              hcl::Diagnostics& diagnostics) {
  std::string text;
  switch (variable.value_case()) {
    case pb::Variable::kHcl:
      text = variable.hcl();
      break;
    case pb::Variable::kStr:
      if (!text_is_hcl) return Value::Str(variable.str());
      text = variable.str();
      break;
    case pb::Variable::kBool:
      return Value::Bool(variable.bool_());
    case pb::Variable::kNum:
      return Value::Num(hcl::Number::FromInt(variable.num()));
    default:
      diagnostics.Error("Invalid value type for variable",
                        absl::StrCat("Variable \"", variable.name(), "\" came without a value."), declared);
      return std::nullopt;
  }
  const size_t before = diagnostics.size();
  std::string name = absl::StrCat("<value for var.", variable.name(), ">");
  hcl::Expression expr = hcl::ParseExpression(hcl::MakeSource(name, std::move(text)), diagnostics);
  if (!expr) return std::nullopt;
  Value value = expr.Evaluate(nullptr, diagnostics);
  if (diagnostics.size() > before) return std::nullopt;
  return value;
}

pb::Variable::FinalValue::Source SourceOf(const pb::Variable& variable) {
  switch (variable.source_case()) {
    case pb::Variable::kCli:
      return pb::Variable::FinalValue::CLI;
    case pb::Variable::kFile:
      return pb::Variable::FinalValue::FILE;
    case pb::Variable::kEnv:
      return pb::Variable::FinalValue::ENV;
    case pb::Variable::kVcs:
      return pb::Variable::FinalValue::VCS;
    case pb::Variable::kServer:
      return pb::Variable::FinalValue::SERVER;
    case pb::Variable::kDynamic:
      return pb::Variable::FinalValue::DYNAMIC;
    default:
      return pb::Variable::FinalValue::UNKNOWN;
  }
}

const char* SourceName(pb::Variable::FinalValue::Source source) {
  switch (source) {
    case pb::Variable::FinalValue::CLI:
      return "cli";
    case pb::Variable::FinalValue::FILE:
      return "file";
    case pb::Variable::FinalValue::ENV:
      return "env";
    case pb::Variable::FinalValue::VCS:
      return "vcs";
    case pb::Variable::FinalValue::SERVER:
      return "server";
    case pb::Variable::FinalValue::DYNAMIC:
      return "dynamic";
    case pb::Variable::FinalValue::DEFAULT:
      return "default";
    default:
      return "unknown";
  }
}

}  // namespace waypoint::config
