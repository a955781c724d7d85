// One expression of a parsed file, native or JSON.
//
// Owns:    shares the document it belongs to; copies are cheap.
// Threads: immutable, thread-safe.
// Errors:  diagnostics at the expression's place; a failed evaluation gives an unknown value.
// Spec:    waypoint-hcl.md A3, A4, A8.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hcl/ast.h"
#include "hcl/diagnostic.h"
#include "hcl/eval_context.h"
#include "hcl/value.h"

namespace waypoint::hcl {

// "name", then ".name" or "[key]" each.
struct TraversalStep {
  StepKind kind = StepKind::kRoot;
  std::string name;  // root and attribute; the key's text otherwise
  Value key;         // of an index
  Range range;
};
using TraversalSteps = std::vector<TraversalStep>;

std::string ToString(const TraversalSteps& steps);  // a.b[0]["c"]

class Expression {
 public:
  struct Item;       // of AsMap()
  struct CallParts;  // of AsCall()

  Expression() = default;
  Expression(DocumentPtr document, const Expr* node) : document_(std::move(document)), node_(node) {}

  explicit operator bool() const { return node_ != nullptr; }
  const Expr& node() const { return *node_; }
  const DocumentPtr& document() const { return document_; }
  Range range() const { return {document_->source, node_->span}; }
  Range start_range() const;
  bool is_json() const;

  // nullptr: no variables, no functions, JSON strings literal.
  Value Evaluate(const EvalContext* context, Diagnostics& diagnostics) const;

  // Every reference to a variable, in source order, without those to the expression's own for-variables.
  std::vector<TraversalSteps> Variables() const;

  // Static views: what the text says, without evaluating it. The first three read a JSON string as native syntax.
  std::string AsKeyword() const;                          // "string" of `string`, else ""
  std::optional<TraversalSteps> AsTraversal() const;      // a reference and nothing else
  std::optional<CallParts> AsCall() const;                // name(arguments)
  std::optional<std::vector<Expression>> AsList() const;  // [a, b]
  std::optional<std::vector<Item>> AsMap() const;         // {k = v}

 private:
  Expression Native() const;  // of a JSON string, its text parsed as native syntax

  DocumentPtr document_;
  const Expr* node_ = nullptr;
};

struct Expression::CallParts {
  std::string name;
  Range name_range;
  std::vector<Expression> arguments;
  Range open_range;
  Range close_range;
};

struct Expression::Item {
  Expression key;
  bool computed;  // in parentheses, or any name of a JSON object: always to be evaluated
  Expression value;

  // A bare name stands for itself.
  Value EvaluateKey(const EvalContext* context, Diagnostics& diagnostics) const;
};

}  // namespace waypoint::hcl
