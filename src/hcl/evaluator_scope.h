// A for-variable or splat element while alive; part of evaluator.h's implementation.
#pragma once

#include "hcl/evaluator.h"

namespace waypoint::hcl {

class Evaluator::Scope {
 public:
  Scope(Evaluator* evaluator, std::string_view name, const Expr* item = nullptr)
      : evaluator_(evaluator), local_{evaluator->locals_, name, item, Value::Unknown()} {
    evaluator_->locals_ = &local_;
  }
  ~Scope() { evaluator_->locals_ = local_.outer; }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  void Set(Value value) { local_.value = std::move(value); }

 private:
  Evaluator* evaluator_;
  Local local_;
};

}  // namespace waypoint::hcl
