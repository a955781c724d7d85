#include "appconfig/hcl_template.h"

#include <cstdlib>
#include <memory>
#include <utility>

#include "base/status.h"
#include "hcl/convert.h"
#include "hcl/eval_context.h"
#include "hcl/functions/functions.h"
#include "hcl/parse.h"

namespace waypoint::appconfig {
namespace {

std::shared_ptr<const hcl::FunctionTable> MakeFunctions(const Clock& clock) {
  hcl::FunctionOptions options;
  options.clock = &clock;
  if (const char* home = std::getenv("HOME"); home != nullptr) options.home = home;
  return std::make_shared<const hcl::FunctionTable>(hcl::StandardFunctions(options));
}

hcl::EvalContext MakeContext(const std::shared_ptr<const hcl::FunctionTable>& functions,
                             const TemplateVariables& variables) {
  hcl::Value::Fields config;
  if (!variables.env.empty()) config["env"] = hcl::Value::StringMap(variables.env);
  if (!variables.internal.empty()) config["internal"] = hcl::Value::StringMap(variables.internal);
  hcl::EvalContext context;
  context.variables.emplace();
  if (!config.empty()) (*context.variables)["config"] = hcl::Value::Object(std::move(config));
  context.functions = functions;
  return context;
}

}  // namespace

TemplateEvaluator HclTemplates(const Clock& clock) {
  // Made with the first template: most apps have none.
  auto functions = std::make_shared<std::shared_ptr<const hcl::FunctionTable>>();
  return
      [functions, &clock](const std::string& text, const TemplateVariables& variables) -> absl::StatusOr<std::string> {
        if (*functions == nullptr) *functions = MakeFunctions(clock);
        hcl::Diagnostics diagnostics;
        hcl::Expression expression = hcl::ParseTemplate(hcl::MakeSource("value", text), diagnostics);
        RETURN_IF_ERROR(diagnostics.ToStatus());
        const hcl::EvalContext context = MakeContext(*functions, variables);
        hcl::Value value = expression.Evaluate(&context, diagnostics);
        RETURN_IF_ERROR(diagnostics.ToStatus());
        ASSIGN_OR_RETURN(value, hcl::ConvertTo(value, hcl::Type::String()));
        if (!value.IsKnown() || value.IsNull()) return absl::InvalidArgumentError("the value is null or unknown");
        return value.AsString();
      };
}

}  // namespace waypoint::appconfig
