#include "hcl/folder.h"

#include <algorithm>

#include "hcl/convert.h"
#include "hcl/evaluator.h"
#include "hcl/render_value.h"
#include "hcl/text.h"

namespace waypoint::hcl {

namespace {

std::string_view OperatorText(TokenType op) {
  switch (op) {
    case TokenType::kStar:
      return "*";
    case TokenType::kSlash:
      return "/";
    case TokenType::kPercent:
      return "%";
    case TokenType::kPlus:
      return "+";
    case TokenType::kMinus:
      return "-";
    case TokenType::kEqualOp:
      return "==";
    case TokenType::kNotEqual:
      return "!=";
    case TokenType::kLessThan:
      return "<";
    case TokenType::kLessThanEq:
      return "<=";
    case TokenType::kGreaterThan:
      return ">";
    case TokenType::kGreaterThanEq:
      return ">=";
    case TokenType::kAnd:
      return "&&";
    case TokenType::kOr:
      return "||";
    default:
      return "!";
  }
}

// On one line, unlike RenderValue. Empty: the value cannot be written.
std::string Literal(const Value& value) {
  if (!value.IsKnown()) return "";
  if (value.IsNull()) return "null";
  switch (value.type().kind()) {
    case Kind::kString:
      return QuoteString(value.AsString());
    case Kind::kNumber:
      if (value.AsNumber().IsInfinite()) return value.AsNumber().IsNegative() ? "(-1/0)" : "(1/0)";
      return value.AsNumber().ToString();
    case Kind::kBool:
      return value.AsBool() ? "true" : "false";
    case Kind::kList:
    case Kind::kSet:
    case Kind::kTuple: {
      std::string out;
      for (const Value& element : value.Elements()) {
        const std::string text = Literal(element);
        if (text.empty()) return "";
        out += (out.empty() ? "" : ", ") + text;
      }
      return "[" + out + "]";
    }
    case Kind::kMap:
    case Kind::kObject: {
      std::string out;
      for (const auto& [key, element] : value.AsFields()) {
        const std::string text = Literal(element);
        if (text.empty()) return "";
        out += (out.empty() ? "" : ", ") + QuoteString(key) + " = " + text;
      }
      return "{" + out + "}";
    }
    default:
      return "";
  }
}

}  // namespace

void Folder::Error(std::string summary, std::string detail, const Span& subject) {
  diagnostics_.Error(std::move(summary), std::move(detail), Range{source_, subject});
}

std::string Folder::Source(const Folded& folded, const Span& at) {
  if (!folded.value) return folded.source;
  std::string text = Literal(*folded.value);
  if (text.empty()) {
    Error("Unsuitable value",
          Cat("A ", folded.value->type().FriendlyName(), " cannot be part of a value that is completed later."), at);
  }
  return text;
}

// As an operand or before a step.
std::string Folder::Closed(const Folded& folded, const Span& at) {
  const bool closed = folded.value ? folded.value->type().IsString() || folded.value->type().IsBool() : folded.closed;
  const std::string source = Source(folded, at);
  return closed ? source : Cat("(", source, ")");
}

bool Folder::IsHidden(std::string_view name) const {
  return std::find(hidden_.begin(), hidden_.end(), name) != hidden_.end();
}

// All parts are known: the whole must evaluate.
Folder::Folded Folder::Known(const Expr& expr) {
  Diagnostics found;
  const Value value = Evaluator(source_, &context_, found).Eval(expr);
  diagnostics_.Append(found);
  if (!found.HasErrors() && !value.IsWhollyKnown()) {
    Error("Value not known", "This value is not known here, and nothing can complete it later.", expr.span);
  }
  return {value, "", true};
}

Folder::Folded Folder::Fold(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kLiteral:
      return Known(expr);
    case ExprKind::kTemplate:
      return Template(As<TemplateExpr>(expr));
    case ExprKind::kTemplateWrap: {
      const Folded inner = Fold(*As<WrapExpr>(expr).inner);
      if (inner.value || inner.closed) return inner;
      return {std::nullopt, Cat("(", inner.source, ")"), true};  // the quotes held it together
    }
    case ExprKind::kParens: {
      const Folded inner = Fold(*As<WrapExpr>(expr).inner);
      if (inner.value) return inner;
      return {std::nullopt, Cat("(", inner.source, ")"), true};
    }
    case ExprKind::kTemplateJoin:  // only ever a part of a template
      return {};
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
      return {std::nullopt, splat_items_.back(), true};
    case ExprKind::kBinary:
      return Binary(As<BinaryExpr>(expr));
    case ExprKind::kUnary:
      return Unary(As<UnaryExpr>(expr));
    case ExprKind::kJsonString:
      return JsonString(As<JsonStringExpr>(expr));
    case ExprKind::kJsonObject:
      return JsonObject(As<JsonObjectExpr>(expr));
  }
  return {};
}

std::string Folder::StepSource(const ArenaList<Step>& steps, size_t from) {
  std::string out;
  for (size_t i = from; i < steps.size(); ++i) {
    const Step& step = steps[i];
    if (step.kind == StepKind::kAttr) {
      out += Cat(".", step.text);
    } else if (step.kind == StepKind::kString) {
      out += Cat("[", QuoteString(step.text), "]");
    } else {
      out += Cat("[", step.kind == StepKind::kNull ? std::string_view("null") : step.text, "]");
    }
  }
  return out;
}

Folder::Folded Folder::Traversal(const TraversalExpr& expr) {
  if (expr.source != nullptr) {
    const Folded source = Fold(*expr.source);
    if (source.value) return Known(expr);
    return {std::nullopt, Closed(source, expr.source->span) + StepSource(expr.steps, 0), true};
  }
  Folded open{std::nullopt, Cat(expr.steps[0].text, StepSource(expr.steps, 1)), true};
  if (IsHidden(expr.steps[0].text)) return open;
  Diagnostics found;
  const Value value = Evaluator(source_, &context_, found).Eval(expr);
  if (found.HasErrors() || !value.IsWhollyKnown()) return open;
  return {value, "", true};
}

// Known only if all are; otherwise each one's source, with commas.
std::optional<std::string> Folder::Items(const ArenaList<const Expr*>& items) {
  std::vector<Folded> folded;
  for (const Expr* item : items) folded.push_back(Fold(*item));
  if (std::all_of(folded.begin(), folded.end(), [](const Folded& item) { return item.value.has_value(); })) {
    return std::nullopt;
  }
  std::string out;
  for (size_t i = 0; i < folded.size(); ++i) out += (i > 0 ? ", " : "") + Source(folded[i], items[i]->span);
  return out;
}

Folder::Folded Folder::Call(const CallExpr& expr) {
  const std::optional<std::string> arguments = Items(expr.args);
  if (!arguments) return Known(expr);
  return {std::nullopt, Cat(expr.name, "(", *arguments, expr.expand_last ? "...)" : ")"), true};
}

Folder::Folded Folder::Conditional(const ConditionalExpr& expr) {
  const Folded condition = Fold(*expr.condition);
  if (condition.value) {
    const absl::StatusOr<Value> chosen = ConvertTo(*condition.value, Type::Bool());
    if (!chosen.ok() || !chosen->HasPayload()) {
      Error("Incorrect condition type", "A condition must be true or false.", expr.condition->span);
      return {Value::Unknown(), "", true};
    }
    return Fold(chosen->AsBool() ? *expr.if_true : *expr.if_false);
  }
  return {std::nullopt, Cat(condition.source, " ? ", SourceOf(*expr.if_true), " : ", SourceOf(*expr.if_false)), false};
}

Folder::Folded Folder::Index(const IndexExpr& expr) {
  const Folded collection = Fold(*expr.collection), key = Fold(*expr.key);
  if (collection.value && key.value) return Known(expr);
  return {std::nullopt, Cat(Closed(collection, expr.collection->span), "[", Source(key, expr.key->span), "]"), true};
}

Folder::Folded Folder::Tuple(const TupleExpr& expr) {
  const std::optional<std::string> items = Items(expr.items);
  return items ? Folded{std::nullopt, Cat("[", *items, "]"), true} : Known(expr);
}

Folder::Folded Folder::ObjectKey(const ObjectItem& item) {
  const bool bare = item.key->kind == ExprKind::kTraversal && As<TraversalExpr>(*item.key).source == nullptr;
  const bool word = item.key->kind == ExprKind::kLiteral && As<LiteralExpr>(*item.key).literal != LiteralKind::kNumber;
  if (item.computed || (!bare && !word)) return Fold(*item.key);
  return {Value::Str(std::string(source_->At(item.key->span))), "", true};
}

Folder::Folded Folder::Object(const ObjectExpr& expr) {
  std::vector<Field> fields;
  for (const ObjectItem& item : expr.items) {
    fields.push_back({ObjectKey(item), Fold(*item.value), item.key->span, item.value->span});
  }
  return Fields(expr, fields);
}

Folder::Folded Folder::JsonObject(const JsonObjectExpr& expr) {
  std::vector<Field> fields;
  for (const JsonProperty& property : expr.properties) {
    fields.push_back({Fold(*property.name_expr), Fold(*property.value), property.name_span, property.value->span});
  }
  return Fields(expr, fields);
}

Folder::Folded Folder::Fields(const Expr& expr, const std::vector<Field>& fields) {
  const bool known =
      std::all_of(fields.begin(), fields.end(), [](const Field& f) { return f.key.value && f.value.value; });
  if (known) return Known(expr);
  std::string source;
  for (const Field& field : fields) {
    const std::string key = Source(field.key, field.key_span);
    const bool literal = field.key.value && field.key.value->type().IsString();
    source += Cat(source.empty() ? "" : ", ", literal ? key : Cat("(", key, ")"), " = ",
                  Source(field.value, field.value_span));
  }
  return {std::nullopt, Cat("{", source, "}"), true};
}

// What is known inside loops stays as source with them.
bool Folder::Evaluates(const Expr& expr, Value* value) {
  if (!hidden_.empty() || !splat_items_.empty()) return false;
  Diagnostics found;
  *value = Evaluator(source_, &context_, found).Eval(expr);
  return !found.HasErrors() && value->IsWhollyKnown();
}

Folder::Folded Folder::For(const ForExpr& expr) {
  Value value;
  if (Evaluates(expr, &value)) return {value, "", true};
  std::string source = Cat(expr.key != nullptr ? "{" : "[", "for ");
  if (!expr.key_name.empty()) source += Cat(expr.key_name, ", ");
  source += Cat(expr.value_name, " in ", SourceOf(*expr.collection), " : ");
  const size_t outer = hidden_.size();
  hidden_.push_back(expr.value_name);
  if (!expr.key_name.empty()) hidden_.push_back(expr.key_name);
  if (expr.key != nullptr) source += Cat(SourceOf(*expr.key), " => ");
  source += SourceOf(*expr.value);
  if (expr.group) source += "...";
  if (expr.condition != nullptr) source += Cat(" if ", SourceOf(*expr.condition));
  hidden_.resize(outer);
  return {std::nullopt, source + (expr.key != nullptr ? "}" : "]"), true};
}

Folder::Folded Folder::Splat(const SplatExpr& expr) {
  Value value;
  if (Evaluates(expr, &value)) return {value, "", true};
  const std::string_view marker = source_->At(expr.marker_span);
  splat_items_.push_back(Closed(Fold(*expr.source), expr.source->span) + (marker.starts_with('.') ? ".*" : "[*]"));
  Folded each = Fold(*expr.each);
  splat_items_.pop_back();
  each.closed = true;
  return each;
}

Folder::Folded Folder::Binary(const BinaryExpr& expr) {
  // A long chain leans to the left: a loop instead of recursion.
  std::vector<const BinaryExpr*> chain;
  const Expr* left = &expr;
  while (left->kind == ExprKind::kBinary) {
    chain.push_back(&As<BinaryExpr>(*left));
    left = chain.back()->left;
  }
  Folded result = Fold(*left);
  const Expr* last = left;  // that `result` covers
  bool known = result.value.has_value();
  for (auto op = chain.rbegin(); op != chain.rend(); last = *op++) {
    const Folded right = Fold(*(*op)->right);
    if (known && right.value) continue;  // evaluated at once where the known part ends
    if (known && last != left) result = Known(*last);
    known = false;
    result = {std::nullopt,
              Cat(Source(result, last->span), " ", OperatorText((*op)->op), " ", Source(right, (*op)->right->span)),
              false};
  }
  return known ? Known(expr) : result;
}

Folder::Folded Folder::Unary(const UnaryExpr& expr) {
  const Folded operand = Fold(*expr.operand);
  if (operand.value) return Known(expr);
  return {std::nullopt, Cat(OperatorText(expr.op), Closed(operand, expr.operand->span)), false};
}

}  // namespace waypoint::hcl
