// Arithmetic, comparison and logic (waypoint-hcl.md A3).
#include "hcl/convert.h"
#include "hcl/evaluator.h"
#include "hcl/text.h"

namespace waypoint::hcl {

using T = TokenType;

namespace {

bool IsLogic(T op) { return op == T::kAnd || op == T::kOr; }
bool IsEquality(T op) { return op == T::kEqualOp || op == T::kNotEqual; }

bool IsArithmetic(T op) {
  return op == T::kPlus || op == T::kMinus || op == T::kStar || op == T::kSlash || op == T::kPercent;
}

absl::StatusOr<Number> Arithmetic(T op, const Number& a, const Number& b) {
  switch (op) {
    case T::kPlus:
      return a.Add(b);
    case T::kMinus:
      return a.Subtract(b);
    case T::kStar:
      return a.Multiply(b);
    case T::kSlash:
      return a.Divide(b);
    default:
      return a.Modulo(b);
  }
}

bool Compare(T op, const Number& a, const Number& b) {
  const int order = a.Compare(b);
  switch (op) {
    case T::kLessThan:
      return order < 0;
    case T::kLessThanEq:
      return order <= 0;
    case T::kGreaterThan:
      return order > 0;
    default:
      return order >= 0;
  }
}

Value Equality(T op, const Value& left, const Value& right) {
  const Value equal = left.EqualTo(right);
  if (op == T::kEqualOp || !equal.IsKnown()) return equal;
  return Value::Bool(!equal.AsBool());
}

}  // namespace

// "a + b + c ..." of any length is a tree that leans to the left: descended in a loop, not by recursion.
Value Evaluator::Binary(const BinaryExpr& expr) {
  std::vector<const BinaryExpr*> chain;
  const Expr* left = &expr;
  while (left->kind == ExprKind::kBinary) {
    chain.push_back(&As<BinaryExpr>(*left));
    left = chain.back()->left;
  }
  size_t errors = errors_;
  Value value = Eval(*left);
  for (auto op = chain.rbegin(); op != chain.rend(); ++op) {
    const Value right = Eval(*(*op)->right);
    value = Apply(**op, value, right, errors);
  }
  return value;
}

Value Evaluator::Apply(const BinaryExpr& expr, const Value& left, const Value& right, size_t errors_before) {
  const T op = expr.op;
  if (IsEquality(op)) {
    return errors_ > errors_before ? Value::Unknown(Type::Bool()) : Equality(op, left, right);
  }
  const Type operand = IsLogic(op) ? Type::Bool() : Type::Number();
  const Type result = IsArithmetic(op) ? Type::Number() : Type::Bool();
  const auto convert = [&](const Value& value, const Expr& at, const char* side) {
    if (value.type() == operand) return value;
    absl::StatusOr<Value> converted = ConvertTo(value, operand);
    if (converted.ok()) return *std::move(converted);
    Error("Invalid operand", Cat("The value ", side, " the operator does not fit: ", converted.status().message(), "."),
          at.span, &expr.span);
    return Value::Unknown(operand);
  };
  const Value a = convert(left, *expr.left, "left of");
  const Value b = convert(right, *expr.right, "right of");
  if (errors_ > errors_before) return Value::Unknown(result);
  if (a.IsNull() || b.IsNull()) {
    Error("Operation failed", Cat("The value ", a.IsNull() ? "left" : "right", " of the operator is null."), expr.span);
    return Value::Unknown(result);
  }
  if (!a.IsKnown() || !b.IsKnown()) return Value::Unknown(result);
  if (op == T::kAnd) return Value::Bool(a.AsBool() && b.AsBool());
  if (op == T::kOr) return Value::Bool(a.AsBool() || b.AsBool());
  if (!IsArithmetic(op)) return Value::Bool(Compare(op, a.AsNumber(), b.AsNumber()));
  absl::StatusOr<Number> number = Arithmetic(op, a.AsNumber(), b.AsNumber());
  if (number.ok()) return Value::Num(*std::move(number));
  Error("Operation failed", Cat("This has no result: ", number.status().message(), "."), expr.span);
  return Value::Unknown(result);
}

Value Evaluator::Unary(const UnaryExpr& expr) {
  const size_t errors = errors_;
  const Value given = Eval(*expr.operand);
  const Type type = expr.op == T::kBang ? Type::Bool() : Type::Number();
  const absl::StatusOr<Value> value = ConvertTo(given, type);
  if (!value.ok()) {
    Error("Invalid operand", Cat("The value after the sign does not fit: ", value.status().message(), "."),
          expr.operand->span, &expr.span);
  }
  if (errors_ > errors) return Value::Unknown(type);
  if (value->IsNull()) {
    Error("Operation failed", "The value after the sign is null.", expr.span);
    return Value::Unknown(type);
  }
  if (!value->IsKnown()) return Value::Unknown(type);
  return expr.op == T::kBang ? Value::Bool(!value->AsBool()) : Value::Num(value->AsNumber().Negate());
}

}  // namespace waypoint::hcl
