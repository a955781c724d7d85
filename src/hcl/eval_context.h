// Where an expression looks up its variables and functions: a chain of scopes, innermost first.
//
// Owns:    its own names; the parent must outlive it.
// Threads: immutable while expressions are evaluated.
// Spec:    waypoint-hcl.md A3 "variable": the innermost scope that has a name wins entirely.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "hcl/function.h"
#include "hcl/value.h"

namespace waypoint::hcl {

using Variables = std::map<std::string, Value, std::less<>>;

struct Secrets;  // secrets.h

struct EvalContext {
  const EvalContext* parent = nullptr;
  // Without a value the scope has no variables at all. If that is so for all scopes, variables are not allowed.
  std::optional<Variables> variables;
  // Likewise; often shared by many contexts.
  std::shared_ptr<const FunctionTable> functions;
  // What mistakes found in this scope and those inside must not tell; mostly none.
  std::shared_ptr<const Secrets> secrets = nullptr;

  EvalContext Child() const { return EvalContext{this, std::nullopt, nullptr}; }
};

}  // namespace waypoint::hcl
