// Makes the tree of a template from its flat parts: matches if/else/endif and for/endfor.
//
// Threads: one.
// Spec:    waypoint-hcl.md A4.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "hcl/ast.h"

namespace waypoint::hcl {

struct TemplatePart {
  enum Kind : uint8_t { kLiteral, kInterpolation, kIf, kElse, kEndIf, kFor, kEndFor, kEnd };

  Kind kind;
  Span span = {};
  std::string_view text = {};  // literal
  const Expr* expr = nullptr;  // interpolation, condition, collection
  std::string_view key_name = {};
  std::string_view value_name = {};
};

class TemplateTree {
 public:
  using Report = absl::FunctionRef<void(std::string summary, std::string detail, const Span& subject)>;

  // The last of `parts` is kEnd.
  TemplateTree(Arena& arena, const std::vector<TemplatePart>& parts, Report report, int max_nesting)
      : arena_(arena), parts_(parts), report_(report), nesting_left_(max_nesting) {}

  ArenaList<const Expr*> Build();

 private:
  const Expr* Next();
  const Expr* If();
  const Expr* For();
  const Expr* Unexpected(const TemplatePart& part, std::string detail);
  const Expr* Invalid(const Span& span);
  const Expr* Sequence(const std::vector<const Expr*>& exprs, Pos if_empty);

  Arena& arena_;
  const std::vector<TemplatePart>& parts_;
  Report report_;
  int nesting_left_;
  size_t at_ = 0;
};

}  // namespace waypoint::hcl
