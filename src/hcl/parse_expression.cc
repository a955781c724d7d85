// Operators, terms and the steps after them (waypoint-hcl.md A3).
#include <algorithm>

#include "hcl/number.h"
#include "hcl/parser.h"
#include "hcl/parser_nested.h"

namespace waypoint::hcl {

using T = TokenType;

namespace {

// Binding strength of a binary operator, the loosest first; -1: none.
int LevelOf(T op) {
  switch (op) {
    case T::kOr:
      return 0;
    case T::kAnd:
      return 1;
    case T::kEqualOp:
    case T::kNotEqual:
      return 2;
    case T::kGreaterThan:
    case T::kGreaterThanEq:
    case T::kLessThan:
    case T::kLessThanEq:
      return 3;
    case T::kPlus:
    case T::kMinus:
      return 4;
    case T::kStar:
    case T::kSlash:
    case T::kPercent:
      return 5;
    default:
      return -1;
  }
}

StepKind KeyKind(const LiteralExpr& key) {
  switch (key.literal) {
    case LiteralKind::kNumber:
      return StepKind::kNumber;
    case LiteralKind::kString:
      return StepKind::kString;
    case LiteralKind::kTrue:
    case LiteralKind::kFalse:
      return StepKind::kBool;
    case LiteralKind::kNull:
      return StepKind::kNull;
    case LiteralKind::kInvalid:
      return StepKind::kInvalid;
  }
  return StepKind::kInvalid;
}

// The literal an index key consists of, or nullptr.
const LiteralExpr* LiteralKey(const Expr& key) {
  if (key.kind == ExprKind::kLiteral) return &As<LiteralExpr>(key);
  if (key.kind == ExprKind::kTemplate && As<TemplateExpr>(key).IsStringLiteral()) {
    return &As<LiteralExpr>(*As<TemplateExpr>(key).parts[0]);
  }
  return nullptr;
}

}  // namespace

const Expr* Parser::Expression() {
  Nested nested(this);
  if (TooDeep(peeker_.NextSpan())) return Invalid(peeker_.NextSpan());
  return Conditional();
}

const Expr* Parser::Conditional() {
  const size_t errors = errors_;
  const Expr* condition = Binary(0);
  if (Failed(errors) || !NextIs(T::kQuestion)) return condition;
  peeker_.Read();
  const Expr* if_true = Expression();
  if (Failed(errors)) return condition;
  const Token colon = peeker_.Peek();
  if (colon.type != T::kColon) {
    Error("Missing false expression in conditional", "After the value for true comes a colon and the value for false.",
          colon.span, &condition->span);
    return condition;
  }
  peeker_.Read();
  const Expr* if_false = Expression();
  if (Failed(errors)) return condition;
  return arena_.New<ConditionalExpr>(Expr{ExprKind::kConditional, Join(condition->span, if_false->span)}, condition,
                                     if_true, if_false);
}

// Operators of at least `level`; equal ones combine from the left.
const Expr* Parser::Binary(int level) {
  const size_t errors = errors_;
  const Expr* left = TermWithTraversals();
  if (Failed(errors)) return left;
  while (true) {
    const T op = peeker_.Peek().type;
    const int op_level = LevelOf(op);
    if (op_level < level) return left;
    peeker_.Read();
    const size_t errors_before = errors_;
    const Expr* right = Binary(op_level + 1);
    if (Failed(errors_before)) return left;
    left = arena_.New<BinaryExpr>(Expr{ExprKind::kBinary, Join(left->span, right->span)}, op, left, right);
  }
}

const Expr* Parser::TermWithTraversals() { return Traversals(Term()); }

const Expr* Parser::AddStep(const Expr* from, const Step& step) {
  const Span span = Join(from->span, step.span);
  if (from->kind != ExprKind::kTraversal) {
    return arena_.New<TraversalExpr>(Expr{ExprKind::kTraversal, span}, from, arena_.Copy(&step, 1));
  }
  // The tree under construction is ours alone: a chain of steps grows in the scratch list and is copied once.
  return ExtendTraversal(As<TraversalExpr>(*from), step, span);
}

const Expr* Parser::ExtendTraversal(const TraversalExpr& from, const Step& step, const Span& span) {
  const size_t base = steps_.size();
  steps_.insert(steps_.end(), from.steps.begin(), from.steps.end());
  steps_.push_back(step);
  // Further plain ".name" steps are the common case.
  Span whole = span;
  while (NextIs(T::kDot)) {
    const Token dot = peeker_.Read();
    if (!NextIs(T::kIdent)) {
      pending_dot_ = dot;
      break;
    }
    const Token name = peeker_.Read();
    steps_.push_back({StepKind::kAttr, Text(name), Join(dot.span, name.span)});
    whole.end = name.span.end;
  }
  const auto steps = arena_.Copy(steps_.data() + base, steps_.size() - base);
  steps_.resize(base);
  return arena_.New<TraversalExpr>(Expr{ExprKind::kTraversal, whole}, from.source, steps);
}

const Expr* Parser::Traversals(const Expr* from) {
  const Expr* result = from;
  int chained = 0;  // evaluation descends one level for each
  while (true) {
    const Expr* before = result;
    if (pending_dot_.type == T::kDot || NextIs(T::kDot)) {
      result = DotStep(result);
    } else if (NextIs(T::kOBrack)) {
      result = IndexStep(result);
    } else {
      return result;
    }
    if (result != before && result->kind != ExprKind::kTraversal && ++chained + depth_ > kMaxNesting) {
      ErrorUnlessRecovering("Nesting too deep", "This chain of indexes and splats is too long.", result->span);
      GiveUp();
      return result;
    }
  }
}

const Expr* Parser::DotStep(const Expr* from) {
  const Token dot = pending_dot_.type == T::kDot ? pending_dot_ : peeker_.Read();
  pending_dot_.type = T::kNil;
  const Token next = peeker_.Peek();
  switch (next.type) {
    case T::kIdent:
      peeker_.Read();
      return AddStep(from, {StepKind::kAttr, Text(next), Join(dot.span, next.span)});
    case T::kNumberLit:
      return AddStep(from, LegacyIndex(dot));
    case T::kStar:
      return AttributeSplat(from, dot);
    default:
      Error("Invalid attribute name", "After the dot comes the name of an attribute.", next.span);
      recovery_ = true;
      return from;
  }
}

// x.0 is an old way to write x[0].
Step Parser::LegacyIndex(const Token& dot) {
  const Token number = peeker_.Read();
  const Span span = Join(dot.span, number.span);
  const std::string_view text = Text(number);
  if (const size_t point = text.find('.'); point != std::string_view::npos) {
    Error("Invalid legacy index syntax",
          "Two such indexes cannot follow each other. Write indexes in brackets: [" +
              std::string(text.substr(0, point)) + "][" + std::string(text.substr(point + 1)) + "].",
          number.span);
    return {StepKind::kInvalid, {}, span};
  }
  if (!CheckNumber(number)) return {StepKind::kInvalid, {}, span};
  return {StepKind::kNumber, text, span};
}

// x.*.a.b: the names after the star apply to each element, anything else to the whole.
const Expr* Parser::AttributeSplat(const Expr* from, const Token& dot) {
  const Token star = peeker_.Read();
  const Span first = peeker_.NextSpan();
  const Span marker = Join(dot.span, star.span);
  Span last = star.span;
  std::vector<Step> steps;
  bool valid = true;
  while (valid && NextIs(T::kDot)) {
    const Token step_dot = peeker_.Read();
    const Token next = peeker_.Peek();
    if (next.type == T::kNumberLit) {
      peeker_.Read();
      const bool pair = Text(next).find('.') != std::string_view::npos;
      if (pair) {
        Error("Invalid legacy index syntax",
              "Two such indexes cannot follow each other within an attribute splat (.*). Use [*] and brackets.",
              star.span);
      }
      const bool number = !pair && CheckNumber(next);
      steps.push_back({number ? StepKind::kNumber : StepKind::kInvalid, Text(next), Join(step_dot.span, next.span)});
      last = next.span;
    } else if (next.type == T::kIdent) {
      peeker_.Read();
      steps.push_back({StepKind::kAttr, Text(next), Join(step_dot.span, next.span)});
      last = next.span;
    } else {
      if (next.type == T::kStar) {
        ErrorUnlessRecovering("Nested splat expression not allowed",
                              "Within an attribute splat (.*) there cannot be another. Use [*].", next.span);
      } else {
        ErrorUnlessRecovering("Invalid attribute name", "After the dot comes the name of an attribute.", star.span);
      }
      recovery_ = true;
      valid = false;
    }
  }
  if (!valid) return from;
  const auto* item = arena_.New<SplatItemExpr>(Expr{ExprKind::kSplatItem, marker});
  const Expr* each = item;
  if (!steps.empty()) {
    each = arena_.New<TraversalExpr>(Expr{ExprKind::kTraversal, Join(first, last)}, item, arena_.Copy(steps));
  }
  return arena_.New<SplatExpr>(Expr{ExprKind::kSplat, Join(from->span, last)}, from, each, item, marker);
}

const Expr* Parser::IndexStep(const Expr* from) {
  const Token open = peeker_.Read();
  if (NextIs(T::kStar)) return FullSplat(from, open);
  Token close;
  peeker_.PushNewlines(false);
  const size_t errors = errors_;
  const Expr* key = Expression();
  if (Failed(errors)) {
    close = Recover(T::kCBrack);
  } else {
    close = peeker_.Read();
    if (close.type != T::kCBrack && !recovery_) {
      close = Recover(T::kCBrack);
      Error("Missing close bracket on index", "After the key of an index comes a closing bracket (\"]\").", close.span);
    }
  }
  peeker_.PopNewlines();
  const Span brackets = Join(open.span, close.span);
  if (const LiteralExpr* literal = LiteralKey(*key)) {
    const StepKind kind = KeyKind(*literal);
    const std::string_view text = literal->literal == LiteralKind::kTrue    ? "true"
                                  : literal->literal == LiteralKind::kFalse ? "false"
                                                                            : literal->text;
    return AddStep(from, {kind, text, brackets});
  }
  return arena_.New<IndexExpr>(Expr{ExprKind::kIndex, Join(from->span, brackets)}, from, key, open.span, brackets);
}

// x[*]...: all further steps apply to each element.
const Expr* Parser::FullSplat(const Expr* from, const Token& open) {
  peeker_.Read();
  Token close = peeker_.Read();
  if (close.type != T::kCBrack && !recovery_) {
    close = Recover(T::kCBrack);
    Error("Missing close bracket on splat index", "Right after the star of a splat comes a closing bracket (\"]\").",
          close.span);
  }
  Nested nested(this);
  const auto* item = arena_.New<SplatItemExpr>(Expr{ExprKind::kSplatItem, Join(open.span, close.span)});
  const Expr* each = TooDeep(close.span) ? item : Traversals(item);
  return arena_.New<SplatExpr>(Expr{ExprKind::kSplat, Join(from->span, each->span)}, from, each, item, item->span);
}

const Expr* Parser::Term() {
  const Token start = peeker_.Peek();
  switch (start.type) {
    case T::kOParen:
      return Parens();
    case T::kNumberLit:
      return NumberLiteral();
    case T::kIdent:
      return Name();
    case T::kOQuote:
    case T::kOHeredoc:
      return QuotedOrHeredoc();
    case T::kMinus:
    case T::kBang:
      return Unary();
    case T::kOBrack:
      return Tuple();
    case T::kOBrace:
      return Object();
    default:
      ErrorUnlessRecovering("Invalid expression", "Expected the beginning of an expression here.", start.span);
      recovery_ = true;
      return Invalid(start.span);
  }
}

const Expr* Parser::Invalid(const Span& span) {
  return arena_.New<LiteralExpr>(Expr{ExprKind::kLiteral, span}, LiteralKind::kInvalid, std::string_view());
}

const Expr* Parser::Parens() {
  const Token open = peeker_.Read();
  peeker_.PushNewlines(false);
  const size_t errors = errors_;
  const Expr* inner = Expression();
  if (errors_ > errors) {
    Recover(T::kCParen);
    peeker_.PopNewlines();
    return inner;
  }
  const Token next = peeker_.Peek();
  if (next.type != T::kCParen) {
    Error("Unbalanced parentheses", "The expression is not followed by the closing parenthesis.", next.span,
          &open.span);
    recovery_ = true;
  }
  const Token close = peeker_.Read();
  peeker_.PopNewlines();
  return arena_.New<WrapExpr>(Expr{ExprKind::kParens, Join(open.span, close.span)}, inner);
}

const Expr* Parser::Name() {
  const Token token = peeker_.Read();
  if (NextIs(T::kOParen)) return Call(token);
  const std::string_view name = Text(token);
  const auto literal = [&](LiteralKind kind) {
    return arena_.New<LiteralExpr>(Expr{ExprKind::kLiteral, token.span}, kind, std::string_view());
  };
  if (name == "true") return literal(LiteralKind::kTrue);
  if (name == "false") return literal(LiteralKind::kFalse);
  if (name == "null") return literal(LiteralKind::kNull);
  const TraversalExpr nothing{{ExprKind::kTraversal, token.span}, nullptr, {}};
  return ExtendTraversal(nothing, {StepKind::kRoot, name, token.span}, token.span);
}

const Expr* Parser::NumberLiteral() {
  const Token token = peeker_.Read();
  const bool valid = CheckNumber(token);
  return arena_.New<LiteralExpr>(Expr{ExprKind::kLiteral, token.span},
                                 valid ? LiteralKind::kNumber : LiteralKind::kInvalid, Text(token));
}

// The scanner takes any mix of digits, dots and exponents: "1.2.3".
bool Parser::CheckNumber(const Token& token) {
  const std::string_view text = Text(token);
  const auto plain = [](char c) { return c >= '0' && c <= '9'; };
  if (std::all_of(text.begin(), text.end(), plain)) return true;
  if (hcl::Number::Parse(text).ok()) return true;
  Error("Invalid number literal", "Digits, at most one point and one exponent make a number.", token.span);
  return false;
}

const Expr* Parser::Unary() {
  const Token sign = peeker_.Read();
  Nested nested(this);
  const Expr* operand = TooDeep(sign.span) ? Invalid(sign.span) : TermWithTraversals();
  return arena_.New<UnaryExpr>(Expr{ExprKind::kUnary, Join(sign.span, operand->span)}, sign.type, operand, sign.span);
}

}  // namespace waypoint::hcl
