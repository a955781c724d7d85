#include "config/declared_variables.h"

#include "absl/strings/str_cat.h"
#include "config/decode.h"
#include "hcl/convert.h"
#include "hcl/functions/dynamic.h"
#include "hcl/type_expression.h"
#include "hcl/unicode.h"

namespace waypoint::config {
namespace {

using hcl::Diagnostics;
using hcl::Value;

void DecodeDefault(const hcl::Attribute& attribute, const hcl::EvalContext* context, DeclaredVariable& variable,
                   Diagnostics& diagnostics) {
  const size_t before = diagnostics.size();
  Value value = attribute.expr.Evaluate(context, diagnostics);
  if (diagnostics.size() > before) return;
  variable.dynamic = hcl::AsDynamic(value);
  if (variable.dynamic) {
    if (variable.type && (variable.type->IsNumber() || variable.type->IsBool())) {
      diagnostics.Error(
          absl::StrCat("type for variable \"", variable.name, "\" must be string for dynamic values"),
          "A dynamic default cannot be a number or a bool. Use type = string and convert where it is used.",
          attribute.expr.range());
    }
    return;
  }
  if (variable.type) {
    absl::StatusOr<Value> converted = hcl::ConvertTo(value, *variable.type);
    if (!converted.ok()) {
      diagnostics.Error(absl::StrCat("Invalid default value for variable \"", variable.name, "\""),
                        absl::StrCat("This default value is not compatible with the variable's type constraint: ",
                                     converted.status().message(), "."),
                        attribute.expr.range());
      return;
    }
    value = *std::move(converted);
  } else {
    variable.type = value.type();
  }
  variable.default_value = std::move(value);
}

DeclaredVariable DecodeOne(const hcl::Block& block, const hcl::EvalContext* context, Diagnostics& diagnostics) {
  DeclaredVariable variable;
  variable.name = block.labels[0];
  variable.range = block.def_range;
  hcl::BodyContent content =
      block.body->Content(Schema({"type", "default", "description", "env", "sensitive"}), diagnostics);
  if (!hcl::IsIdentifier(variable.name)) {
    diagnostics.Error("Invalid variable name",
                      "A name must start with a letter or underscore and may contain only letters, digits, "
                      "underscores, and dashes.",
                      block.label_ranges[0]);
  }
  Decoder constants(nullptr, diagnostics);
  constants.Get(content, "description", &variable.description);
  constants.Get(content, "env", &variable.env);
  Decoder(context, diagnostics).Get(content, "sensitive", &variable.sensitive);
  if (const hcl::Attribute* type = content.Find("type")) {
    variable.type = hcl::EvaluateTypeExpression(type->expr, diagnostics);
    if (!variable.type) return variable;
  }
  if (const hcl::Attribute* a = content.Find("default")) DecodeDefault(*a, context, variable, diagnostics);
  return variable;
}

}  // namespace

DeclaredVariables DecodeVariables(const std::vector<const hcl::Block*>& blocks, const hcl::EvalContext* context,
                                  Diagnostics& diagnostics) {
  hcl::EvalContext with_dynamic = context->Child();
  with_dynamic.functions = std::make_shared<const hcl::FunctionTable>(hcl::DynamicFunctions());
  DeclaredVariables out;
  for (const hcl::Block* block : blocks) {
    DeclaredVariable variable = DecodeOne(*block, &with_dynamic, diagnostics);
    auto [it, added] = out.emplace(variable.name, variable);
    if (!added) {
      diagnostics.Error("Duplicate variable",
                        absl::StrCat("A variable named \"", variable.name, "\" is already declared at ",
                                     hcl::ToString(it->second.range), "."),
                        block->def_range);
    }
  }
  return out;
}

}  // namespace waypoint::config
