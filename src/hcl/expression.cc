#include "hcl/expression.h"

#include "hcl/evaluator.h"
#include "hcl/parser.h"
#include "hcl/references.h"
#include "hcl/secrets.h"

namespace waypoint::hcl {

namespace {

TraversalSteps MakeSteps(const SourcePtr& source, const ArenaList<Step>& steps) {
  TraversalSteps out;
  for (const Step& step : steps) out.push_back(MakeTraversalStep(source, step));
  return out;
}

}  // namespace

std::string ToString(const TraversalSteps& steps) {
  std::string out;
  for (const TraversalStep& step : steps) {
    switch (step.kind) {
      case StepKind::kRoot:
        out += step.name;
        break;
      case StepKind::kAttr:
        out += "." + step.name;
        break;
      case StepKind::kString:
        out += "[\"" + step.name + "\"]";
        break;
      default:
        out += "[" + step.name + "]";
        break;
    }
  }
  return out;
}

Range Expression::start_range() const { return {document_->source, StartOf(*node_)}; }

bool Expression::is_json() const { return document_->json; }

Value Expression::Evaluate(const EvalContext* context, Diagnostics& diagnostics) const {
  const size_t before = diagnostics.size();
  Value value = Evaluator(document_->source, context, diagnostics).Eval(*node_);
  if (diagnostics.size() > before) HideSecrets(context, *document_, *node_, before, diagnostics);
  return value;
}

std::vector<TraversalSteps> Expression::Variables() const { return FindReferences(*document_, *node_); }

Expression Expression::Native() const {
  if (node_->kind != ExprKind::kJsonString) return *this;
  auto document = std::make_shared<Document>(document_->source);
  const std::string_view text = document->arena.Copy(As<JsonStringExpr>(*node_).text);
  const Pos start{node_->span.start.byte + 1, node_->span.start.line, node_->span.start.column + 1};
  Diagnostics ignored;
  Parser parser(document->arena, document->source, text, ScanMode::kNormal, start, ignored);
  const Expr* expr = parser.ParseExpressionOnly();
  if (ignored.HasErrors()) return *this;
  document->expr = expr;
  return Expression(document, expr);
}

std::optional<TraversalSteps> Expression::AsTraversal() const {
  const Expression native = Native();
  const Expr& node = *native.node_;
  if (node.kind == ExprKind::kLiteral && !is_json()) {
    const LiteralKind kind = As<LiteralExpr>(node).literal;
    const char* word = kind == LiteralKind::kTrue    ? "true"
                       : kind == LiteralKind::kFalse ? "false"
                       : kind == LiteralKind::kNull  ? "null"
                                                     : nullptr;
    if (word == nullptr) return std::nullopt;
    return TraversalSteps{{StepKind::kRoot, word, Value(), native.range()}};
  }
  if (node.kind != ExprKind::kTraversal || As<TraversalExpr>(node).source != nullptr) return std::nullopt;
  return MakeSteps(native.document_->source, As<TraversalExpr>(node).steps);
}

std::string Expression::AsKeyword() const {
  const std::optional<TraversalSteps> steps = AsTraversal();
  return steps && steps->size() == 1 ? steps->front().name : std::string();
}

std::optional<Expression::CallParts> Expression::AsCall() const {
  const Expression native = Native();
  if (native.node_->kind != ExprKind::kCall) return std::nullopt;
  const auto& call = As<CallExpr>(*native.node_);
  CallParts parts;
  parts.name = std::string(call.name);
  parts.name_range = {document_->source, call.name_span};
  parts.open_range = {document_->source, call.open_span};
  parts.close_range = {document_->source, call.close_span};
  for (const Expr* argument : call.args) parts.arguments.emplace_back(native.document_, argument);
  return parts;
}

std::optional<std::vector<Expression>> Expression::AsList() const {
  if (node_->kind != ExprKind::kTuple) return std::nullopt;
  std::vector<Expression> items;
  for (const Expr* item : As<TupleExpr>(*node_).items) items.emplace_back(document_, item);
  return items;
}

std::optional<std::vector<Expression::Item>> Expression::AsMap() const {
  std::vector<Item> items;
  if (node_->kind == ExprKind::kObject) {
    for (const ObjectItem& item : As<ObjectExpr>(*node_).items) {
      items.push_back({Expression(document_, item.key), item.computed, Expression(document_, item.value)});
    }
    return items;
  }
  if (node_->kind != ExprKind::kJsonObject) return std::nullopt;
  for (const JsonProperty& property : As<JsonObjectExpr>(*node_).properties) {
    items.push_back({Expression(document_, property.name_expr), true, Expression(document_, property.value)});
  }
  return items;
}

Value Expression::Item::EvaluateKey(const EvalContext* context, Diagnostics& diagnostics) const {
  if (!computed) {
    if (const std::string name = key.AsKeyword(); !name.empty()) return Value::Str(name);
  }
  return key.Evaluate(context, diagnostics);
}

}  // namespace waypoint::hcl
