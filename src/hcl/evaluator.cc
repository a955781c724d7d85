#include "hcl/evaluator.h"

#include "hcl/convert.h"
#include "hcl/parser.h"
#include "hcl/text.h"
#include "hcl/unicode.h"
#include "hcl/unify.h"

namespace waypoint::hcl {

namespace {
constexpr char kBadInterpolation[] = "Invalid template interpolation value";
}

void Evaluator::Error(std::string summary, std::string detail, const Span& subject, const Span* context) {
  ++errors_;
  std::optional<Range> around;
  if (context != nullptr) around = Range{source_, *context};
  diagnostics_.Error(std::move(summary), std::move(detail), Range{source_, subject}, std::move(around));
}

Value Evaluator::Eval(const Expr& expr) {
  if (stopped_) return Value::Unknown();
  switch (expr.kind) {
    case ExprKind::kLiteral:
      return Literal(As<LiteralExpr>(expr));
    case ExprKind::kTemplate:
      return Template(As<TemplateExpr>(expr));
    case ExprKind::kTemplateWrap:
    case ExprKind::kParens:
      return Eval(*As<WrapExpr>(expr).inner);
    case ExprKind::kTemplateJoin:
      return TemplateJoin(As<WrapExpr>(expr));
    case ExprKind::kTraversal:
      return Traversal(As<TraversalExpr>(expr));
    case ExprKind::kCall:
      return Call(As<CallExpr>(expr));
    case ExprKind::kConditional:
      return Conditional(As<ConditionalExpr>(expr));
    case ExprKind::kIndex:
      return Index(As<IndexExpr>(expr));
    case ExprKind::kTuple:
      return Tuple(As<TupleExpr>(expr));
    case ExprKind::kObject:
      return Object(As<ObjectExpr>(expr));
    case ExprKind::kFor:
      return For(As<ForExpr>(expr));
    case ExprKind::kSplat:
      return Splat(As<SplatExpr>(expr));
    case ExprKind::kSplatItem:
      return SplatItem(expr);
    case ExprKind::kBinary:
      return Binary(As<BinaryExpr>(expr));
    case ExprKind::kUnary:
      return Unary(As<UnaryExpr>(expr));
    case ExprKind::kJsonString:
      return JsonString(As<JsonStringExpr>(expr));
    case ExprKind::kJsonObject:
      return JsonObject(As<JsonObjectExpr>(expr));
  }
  return Value::Unknown();
}

Value Evaluator::Literal(const LiteralExpr& expr) {
  switch (expr.literal) {
    case LiteralKind::kNull:
      return Value::Null();
    case LiteralKind::kTrue:
      return Value::Bool(true);
    case LiteralKind::kFalse:
      return Value::Bool(false);
    case LiteralKind::kString:
      return Value::Str(std::string(expr.text));
    case LiteralKind::kNumber:
      if (absl::StatusOr<Number> number = Number::Parse(expr.text); number.ok()) return Value::Num(*std::move(number));
      return Value::Unknown(Type::Number());
    case LiteralKind::kInvalid:
      return Value::Unknown();
  }
  return Value::Unknown();
}

Value Evaluator::Template(const TemplateExpr& expr) {
  std::string text;
  bool known = true;
  for (const Expr* part : expr.parts) {
    if (part->kind == ExprKind::kLiteral && As<LiteralExpr>(*part).literal == LiteralKind::kString) {
      text += As<LiteralExpr>(*part).text;
      continue;
    }
    const Value value = Eval(*part);
    if (value.IsNull()) {
      Error(kBadInterpolation, "The value is null: it cannot be part of a string.", part->span, &expr.span);
    } else if (!value.IsKnown()) {
      known = false;
    } else {
      AppendText(text, value, part->span, expr.span);
    }
  }
  if (!known || !ChargeBytes(text.size(), expr.span)) return Value::Unknown(Type::String());
  return Value::Str(std::move(text));
}

bool Evaluator::AppendText(std::string& out, const Value& value, const Span& at, const Span& around) {
  const absl::StatusOr<Value> text = ConvertTo(value, Type::String());
  if (!text.ok()) {
    Error(kBadInterpolation, Cat("This value cannot be part of a string: ", text.status().message(), "."), at, &around);
    return false;
  }
  if (out.size() + text->AsString().size() > kMaxTextBytes) {
    Error("Template result too large", Cat("A string may have ", kMaxTextBytes >> 20, " MiB at most."), at);
    stopped_ = true;
    return false;
  }
  out += text->AsString();
  return true;
}

Value Evaluator::TemplateJoin(const WrapExpr& expr) {
  const Value tuple = Eval(*expr.inner);
  if (tuple.type().IsDynamic() || !tuple.HasPayload()) return Value::Unknown(Type::String());
  std::string text;
  for (const Value& value : tuple.Elements()) {
    if (value.IsNull()) {
      Error(kBadInterpolation, "The value is null: it cannot be part of a string.", expr.span);
      continue;
    }
    if (!value.IsKnown()) return Value::Unknown(Type::String());
    AppendText(text, value, expr.span, expr.span);
    if (stopped_) break;
  }
  return Value::Str(std::move(text));
}

Value Evaluator::Traversal(const TraversalExpr& expr) {
  const Step* begin = expr.steps.begin();
  if (expr.source != nullptr) return Steps(Eval(*expr.source), begin, expr.steps.end());
  Value value;
  if (!Lookup(*begin, &value)) return Value::Unknown();
  return Steps(std::move(value), begin + 1, expr.steps.end());
}

bool Evaluator::Lookup(const Step& root, Value* value) {
  bool allowed = false;
  for (const Local* local = locals_; local != nullptr; local = local->outer) {
    if (local->item != nullptr) continue;
    allowed = true;
    if (local->name == root.text) {
      *value = local->value;
      return true;
    }
  }
  std::vector<std::string> names;
  for (const EvalContext* scope = context_; scope != nullptr; scope = scope->parent) {
    if (!scope->variables) continue;
    allowed = true;
    if (const auto found = scope->variables->find(root.text); found != scope->variables->end()) {
      *value = found->second;
      return true;
    }
    for (const auto& [name, unused] : *scope->variables) names.push_back(name);
  }
  if (!allowed) {
    Error("Variables not allowed", "No variables may be used here.", root.span);
    return false;
  }
  for (const Local* local = locals_; local != nullptr; local = local->outer) names.emplace_back(local->name);
  Error("Unknown variable", Cat("There is no variable named \"", root.text, "\".", Suggest(root.text, names)),
        root.span);
  diagnostics_.at(diagnostics_.size() - 1).unknown_variable = std::string(root.text);
  return false;
}

Value Evaluator::StepKey(const Step& step) {
  switch (step.kind) {
    case StepKind::kNumber:
      if (auto number = Number::Parse(step.text); number.ok()) return Value::Num(*std::move(number));
      return Value::Unknown();
    case StepKind::kString:
      return Value::Str(std::string(step.text));
    case StepKind::kBool:
      return Value::Bool(step.text == "true");
    case StepKind::kNull:
      return Value::Null();
    default:
      return Value::Unknown();
  }
}

Value Evaluator::Result(StepResult result, const Span& at) {
  if (auto* value = std::get_if<Value>(&result)) return std::move(*value);
  Problem& problem = std::get<Problem>(result);
  Error(std::move(problem.summary), std::move(problem.detail), at);
  return Value::Unknown();
}

Value Evaluator::Steps(Value value, const Step* begin, const Step* end) {
  const size_t errors = errors_;
  for (const Step* step = begin; step != end && errors_ == errors; ++step) {
    value = Result(step->kind == StepKind::kAttr ? GetAttribute(value, step->text) : GetIndex(value, StepKey(*step)),
                   step->span);
  }
  return value;
}

Value Evaluator::Index(const IndexExpr& expr) {
  const Value collection = Eval(*expr.collection);
  const Value key = Eval(*expr.key);
  return Result(GetIndex(collection, key, KeyOrigin::kComputed), expr.brackets_span);
}

namespace {

bool IsBareNull(const Value& value) { return value.IsNull() && value.type().IsDynamic(); }

}  // namespace

// Both branches are evaluated for their types; only the chosen one's mistakes count.
Value Evaluator::Conditional(const ConditionalExpr& expr) {
  const size_t start = diagnostics_.size();
  const size_t errors = errors_;
  Value if_true = Eval(*expr.if_true);
  const size_t middle = diagnostics_.size();
  const size_t true_errors = errors_ - errors;
  Value if_false = Eval(*expr.if_false);
  const size_t false_errors = errors_ - errors - true_errors;
  Diagnostics of_true, of_false;
  for (size_t i = start; i < diagnostics_.size(); ++i) (i < middle ? of_true : of_false).Add(diagnostics_[i]);
  if (!stopped_) {
    diagnostics_.Truncate(start);
    errors_ = errors;
  }

  std::optional<Type> type;
  if (IsBareNull(if_true)) {
    type = if_false.type();
  } else if (IsBareNull(if_false)) {
    type = if_true.type();
  } else if (if_true.type().IsDynamic() || if_false.type().IsDynamic()) {
    type = Type::Dynamic();  // not known yet, so the result's isn't either
  } else {
    type = Unify({if_true.type(), if_false.type()});
  }
  if (!type) {
    Error("Inconsistent conditional result types",
          Cat("Both results must have one type, but they are ", if_true.type().FriendlyName(), " and ",
              if_false.type().FriendlyName(), "."),
          Join(expr.if_true->span, expr.if_false->span), &expr.span);
    return Value::Unknown();
  }
  const Value condition = Eval(*expr.condition);
  if (condition.IsNull()) {
    Error("Null condition", "The condition is null: it must be true or false.", expr.condition->span, &expr.span);
    return Value::Unknown(*type);
  }
  if (!condition.IsKnown()) return Value::Unknown(*type);
  const absl::StatusOr<Value> chosen = ConvertTo(condition, Type::Bool());
  if (!chosen.ok()) {
    Error("Incorrect condition type",
          Cat("A condition must be true or false, this is a ", condition.type().FriendlyName(), "."),
          expr.condition->span, &expr.span);
    return Value::Unknown(*type);
  }
  diagnostics_.Append(chosen->AsBool() ? of_true : of_false);
  errors_ += chosen->AsBool() ? true_errors : false_errors;
  return chosen->AsBool() ? Branch(expr, *expr.if_true, std::move(if_true), *type)
                          : Branch(expr, *expr.if_false, std::move(if_false), *type);
}

Value Evaluator::Branch(const ConditionalExpr& expr, const Expr& branch, Value value, const Type& type) {
  if (value.type() == type) return value;
  absl::StatusOr<Value> converted = ConvertTo(value, type);
  if (converted.ok()) return *std::move(converted);
  Error("Inconsistent conditional result types",
        Cat("This result does not fit the type of the other: ", converted.status().message(), "."), branch.span,
        &expr.span);
  return Value::Unknown(type);
}

Value Evaluator::JsonString(const JsonStringExpr& expr) { return JsonText(expr.text, expr.span); }

// A string of a JSON file is a template, unless there is nothing it could refer to.
Value Evaluator::JsonText(std::string_view text, const Span& span) {
  if (context_ == nullptr) return Value::Str(std::string(text));
  if (text.find('$') == std::string_view::npos && text.find('%') == std::string_view::npos && IsValidUtf8(text)) {
    return Value::Str(std::string(text));
  }
  Arena arena;
  Diagnostics parsing;
  const Pos start{span.start.byte + 1, span.start.line, span.start.column + 1};
  const Expr* parsed = Parser(arena, source_, text, ScanMode::kTemplate, start, parsing).ParseTemplateOnly();
  diagnostics_.Append(parsing);
  if (parsing.HasErrors()) {
    errors_ += parsing.size();
    return Value::Unknown();
  }
  return Eval(*parsed);
}

Value Evaluator::JsonObject(const JsonObjectExpr& expr) {
  constexpr char kBadKey[] = "Invalid object key expression";
  Value::Fields fields;
  bool known = true;
  for (const JsonProperty& property : expr.properties) {
    const Value name = JsonText(property.name, property.name_span);
    Value value = Eval(*property.value);
    const absl::StatusOr<Value> key = ConvertTo(name, Type::String());
    if (!key.ok()) {
      Error(kBadKey, Cat("This cannot be the name of an attribute: ", key.status().message(), "."), property.name_span);
    } else if (key->IsNull()) {
      Error(kBadKey, "The name of an attribute cannot be null.", property.name_span);
    } else if (!key->IsKnown()) {
      known = false;
    } else if (!fields.emplace(key->AsString(), std::move(value)).second) {
      Error("Duplicate object attribute", Cat("There is already an attribute named \"", key->AsString(), "\"."),
            property.name_span);
    }
  }
  return known ? Value::Object(std::move(fields)) : Value::Unknown();
}

Span StartOf(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kTemplate: {
      Span start = StartOf(*As<TemplateExpr>(expr).parts[0]);
      if (start.empty()) start.start = start.end = Advance(start.start, "\"");  // "" begins behind its quote
      return start;
    }
    case ExprKind::kParens:
    case ExprKind::kTemplateJoin:
      return StartOf(*As<WrapExpr>(expr).inner);
    case ExprKind::kCall:
      return Join(As<CallExpr>(expr).name_span, As<CallExpr>(expr).open_span);
    case ExprKind::kConditional:
      return StartOf(*As<ConditionalExpr>(expr).condition);
    case ExprKind::kIndex:
      return As<IndexExpr>(expr).open_span;
    case ExprKind::kTuple:
      return As<TupleExpr>(expr).open_span;
    case ExprKind::kObject:
      return As<ObjectExpr>(expr).open_span;
    case ExprKind::kFor:
      return As<ForExpr>(expr).open_span;
    case ExprKind::kSplat:
      return As<SplatExpr>(expr).marker_span;
    case ExprKind::kBinary: {
      const Expr* left = &expr;  // long chains lean to the left
      while (left->kind == ExprKind::kBinary) left = As<BinaryExpr>(*left).left;
      return StartOf(*left);
    }
    case ExprKind::kUnary:
      return As<UnaryExpr>(expr).symbol_span;
    case ExprKind::kJsonObject:
      return As<JsonObjectExpr>(expr).open_span;
    default:
      return expr.span;
  }
}

}  // namespace waypoint::hcl
