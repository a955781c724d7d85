// The work of partial.h: folds what is known, writes the rest as source.
//
// Owns:    nothing.
// Threads: one each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hcl/ast.h"
#include "hcl/diagnostic.h"
#include "hcl/eval_context.h"
#include "hcl/partial.h"
#include "hcl/value.h"

namespace waypoint::hcl {

class Folder {
 public:
  Folder(SourcePtr source, const EvalContext& context, Diagnostics& diagnostics)
      : source_(std::move(source)), context_(context), diagnostics_(diagnostics) {}

  PartialResult Run(const Expr& expr);

 private:
  // A value, or the source of an expression.
  struct Folded {
    std::optional<Value> value;
    std::string source;
    bool closed = true;  // stands alone beside any operator
  };
  struct Field {
    Folded key;
    Folded value;
    Span key_span;
    Span value_span;
  };
  class TemplateWriter;

  // folder.cc
  Folded Fold(const Expr& expr);
  Folded Known(const Expr& expr);
  Folded Traversal(const TraversalExpr& expr);
  std::optional<std::string> Items(const ArenaList<const Expr*>& items);
  Folded Call(const CallExpr& expr);
  Folded Conditional(const ConditionalExpr& expr);
  Folded Index(const IndexExpr& expr);
  Folded Tuple(const TupleExpr& expr);
  Folded Object(const ObjectExpr& expr);
  Folded ObjectKey(const ObjectItem& item);
  Folded Fields(const Expr& expr, const std::vector<Field>& fields);
  bool Evaluates(const Expr& expr, Value* value);
  Folded JsonObject(const JsonObjectExpr& expr);
  Folded For(const ForExpr& expr);
  Folded Splat(const SplatExpr& expr);
  Folded Binary(const BinaryExpr& expr);
  Folded Unary(const UnaryExpr& expr);
  bool IsHidden(std::string_view name) const;

  // folder_template.cc
  TemplateText RunTemplate(const TemplateExpr& expr);
  Folded Template(const TemplateExpr& expr);
  void WritePart(const Expr& part, TemplateWriter& writer);
  void WriteLoop(const Expr& join, TemplateWriter& writer);
  Folded JsonString(const JsonStringExpr& expr);
  const Expr* ParseJsonString(const JsonStringExpr& expr);

  std::string Source(const Folded& folded, const Span& at);
  std::string SourceOf(const Expr& expr) { return Source(Fold(expr), expr.span); }
  std::string Closed(const Folded& folded, const Span& at);
  std::string StepSource(const ArenaList<Step>& steps, size_t from);
  void Error(std::string summary, std::string detail, const Span& subject);

  SourcePtr source_;
  const EvalContext& context_;
  Diagnostics& diagnostics_;
  std::vector<std::string_view> hidden_;        // variables of the loops around
  std::vector<std::string> splat_items_;        // what stands for the element, innermost last
  std::vector<std::unique_ptr<Arena>> arenas_;  // of templates in JSON strings
};

}  // namespace waypoint::hcl
