// Evaluation contexts that keep their parents alive (waypoint-hcl.md B6).
//
// Owns:    its names; shares its parent.
// Threads: immutable once made.
// Errors:  none.
#pragma once

#include <memory>

#include "hcl/eval_context.h"

namespace waypoint::config {

class Scope;
using ScopePtr = std::shared_ptr<const Scope>;

class Scope {
 public:
  // `functions` may be null. A scope without variables passes all names on to its parent.
  static ScopePtr Make(ScopePtr parent, std::optional<hcl::Variables> variables,
                       std::shared_ptr<const hcl::FunctionTable> functions = nullptr,
                       std::shared_ptr<const hcl::Secrets> secrets = nullptr);

  // What expressions are finally evaluated in: this scope and the template functions, which see it.
  const hcl::EvalContext* final_context() const { return &final_; }
  const hcl::EvalContext* context() const { return &context_; }

 private:
  Scope() = default;

  ScopePtr parent_;
  hcl::EvalContext context_;
  hcl::EvalContext final_;
};

}  // namespace waypoint::config
