#include "hcl/references.h"

#include <algorithm>

#include "hcl/number.h"
#include "hcl/parser.h"

namespace waypoint::hcl {
namespace {

class Finder {
 public:
  explicit Finder(SourcePtr source) : source_(std::move(source)) {}

  void Visit(const Expr& expr) {
    switch (expr.kind) {
      case ExprKind::kLiteral:
      case ExprKind::kSplatItem:
        return;
      case ExprKind::kTemplate:
        return All(As<TemplateExpr>(expr).parts);
      case ExprKind::kTemplateWrap:
      case ExprKind::kTemplateJoin:
      case ExprKind::kParens:
        return Visit(*As<WrapExpr>(expr).inner);
      case ExprKind::kTraversal:
        return Traversal(As<TraversalExpr>(expr));
      case ExprKind::kCall:
        return All(As<CallExpr>(expr).args);
      case ExprKind::kConditional:
        Visit(*As<ConditionalExpr>(expr).condition);
        Visit(*As<ConditionalExpr>(expr).if_true);
        return Visit(*As<ConditionalExpr>(expr).if_false);
      case ExprKind::kIndex:
        Visit(*As<IndexExpr>(expr).collection);
        return Visit(*As<IndexExpr>(expr).key);
      case ExprKind::kTuple:
        return All(As<TupleExpr>(expr).items);
      case ExprKind::kObject:
        return Object(As<ObjectExpr>(expr));
      case ExprKind::kFor:
        return For(As<ForExpr>(expr));
      case ExprKind::kSplat:
        Visit(*As<SplatExpr>(expr).source);
        return Visit(*As<SplatExpr>(expr).each);
      case ExprKind::kBinary:
        return Binary(As<BinaryExpr>(expr));
      case ExprKind::kUnary:
        return Visit(*As<UnaryExpr>(expr).operand);
      case ExprKind::kJsonString:
        return JsonString(As<JsonStringExpr>(expr));
      case ExprKind::kJsonObject:
        for (const JsonProperty& property : As<JsonObjectExpr>(expr).properties) {
          Visit(*property.name_expr);
          Visit(*property.value);
        }
        return;
    }
  }

  std::vector<TraversalSteps> Take() { return std::move(found_); }

 private:
  void All(const ArenaList<const Expr*>& exprs) {
    for (const Expr* expr : exprs) Visit(*expr);
  }

  void Traversal(const TraversalExpr& expr) {
    if (expr.source != nullptr) return Visit(*expr.source);
    if (std::find(hidden_.begin(), hidden_.end(), expr.steps[0].text) != hidden_.end()) return;
    TraversalSteps steps;
    for (const Step& step : expr.steps) steps.push_back(MakeTraversalStep(source_, step));
    found_.push_back(std::move(steps));
  }

  void Object(const ObjectExpr& expr) {
    for (const ObjectItem& item : expr.items) {
      const bool bare = !item.computed && item.key->kind == ExprKind::kTraversal &&
                        As<TraversalExpr>(*item.key).source == nullptr &&
                        As<TraversalExpr>(*item.key).steps.size() == 1;
      if (!bare) Visit(*item.key);
      Visit(*item.value);
    }
  }

  void For(const ForExpr& expr) {
    Visit(*expr.collection);
    const size_t outer = hidden_.size();
    hidden_.push_back(expr.value_name);
    if (!expr.key_name.empty()) hidden_.push_back(expr.key_name);
    if (expr.key != nullptr) Visit(*expr.key);
    Visit(*expr.value);
    if (expr.condition != nullptr) Visit(*expr.condition);
    hidden_.resize(outer);
  }

  // A long chain leans to the left: a loop instead of recursion.
  void Binary(const BinaryExpr& expr) {
    std::vector<const Expr*> operands;
    const Expr* left = &expr;
    while (left->kind == ExprKind::kBinary) {
      operands.push_back(As<BinaryExpr>(*left).right);
      left = As<BinaryExpr>(*left).left;
    }
    Visit(*left);
    for (auto right = operands.rbegin(); right != operands.rend(); ++right) Visit(**right);
  }

  void JsonString(const JsonStringExpr& expr) {
    Arena arena;
    Diagnostics ignored;
    const Pos start{expr.span.start.byte + 1, expr.span.start.line, expr.span.start.column + 1};
    const Expr* parsed = Parser(arena, source_, expr.text, ScanMode::kTemplate, start, ignored).ParseTemplateOnly();
    if (!ignored.HasErrors()) Visit(*parsed);
  }

  SourcePtr source_;
  std::vector<std::string_view> hidden_;
  std::vector<TraversalSteps> found_;
};

}  // namespace

std::vector<TraversalSteps> FindReferences(const Document& document, const Expr& expr) {
  Finder finder(document.source);
  finder.Visit(expr);
  return finder.Take();
}

TraversalStep MakeTraversalStep(const SourcePtr& source, const Step& step) {
  TraversalStep out{step.kind, std::string(step.text), Value(), Range{source, step.span}};
  if (step.kind == StepKind::kNumber) {
    if (auto number = Number::Parse(step.text); number.ok()) out.key = Value::Num(*std::move(number));
  } else if (step.kind == StepKind::kString) {
    out.key = Value::Str(out.name);
  } else if (step.kind == StepKind::kBool) {
    out.key = Value::Bool(step.text == "true");
  }
  return out;
}

}  // namespace waypoint::hcl
