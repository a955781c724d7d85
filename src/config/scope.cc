#include "config/scope.h"

#include "hcl/functions/templates.h"

namespace waypoint::config {

ScopePtr Scope::Make(ScopePtr parent, std::optional<hcl::Variables> variables,
                     std::shared_ptr<const hcl::FunctionTable> functions, std::shared_ptr<const hcl::Secrets> secrets) {
  std::shared_ptr<Scope> scope(new Scope);
  scope->parent_ = std::move(parent);
  scope->context_.parent = scope->parent_ ? &scope->parent_->context_ : nullptr;
  scope->context_.variables = std::move(variables);
  scope->context_.functions = std::move(functions);
  scope->context_.secrets = std::move(secrets);
  // The functions refer to the scope they are part of and die with it.
  scope->final_ = scope->context_.Child();
  scope->final_.functions = std::make_shared<const hcl::FunctionTable>(hcl::TemplateFunctions(&scope->context_));
  return scope;
}

}  // namespace waypoint::config
