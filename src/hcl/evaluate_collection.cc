// Tuples, objects, for-expressions and splats (waypoint-hcl.md A3).
#include "hcl/convert.h"
#include "hcl/evaluator.h"
#include "hcl/evaluator_scope.h"
#include "hcl/text.h"

namespace waypoint::hcl {

namespace {

constexpr char kBadCondition[] = "Invalid 'for' condition";

// The name a bare key stands for; empty if it is an expression.
std::string_view BareKey(const Expr& key) {
  if (key.kind == ExprKind::kLiteral) {
    switch (As<LiteralExpr>(key).literal) {
      case LiteralKind::kTrue:
        return "true";
      case LiteralKind::kFalse:
        return "false";
      case LiteralKind::kNull:
        return "null";
      default:
        return {};
    }
  }
  if (key.kind != ExprKind::kTraversal) return {};
  const auto& traversal = As<TraversalExpr>(key);
  return traversal.source == nullptr && traversal.steps.size() == 1 ? traversal.steps[0].text : std::string_view();
}

bool IsReferenceWithSteps(const Expr& key) {
  return key.kind == ExprKind::kTraversal && As<TraversalExpr>(key).source == nullptr &&
         As<TraversalExpr>(key).steps.size() > 1;
}

}  // namespace

Value Evaluator::Tuple(const TupleExpr& expr) {
  if (!ChargeElements(expr.items.size(), expr.span)) return Value::Unknown();
  Value::Vector values;
  values.reserve(expr.items.size());
  for (const Expr* item : expr.items) values.push_back(Eval(*item));
  return Value::Tuple(std::move(values));
}

Value Evaluator::ObjectKey(const ObjectItem& item) {
  if (!item.computed && IsReferenceWithSteps(*item.key)) {
    Error("Ambiguous attribute key",
          "For a key with dots put it in quotes; for the value of a reference put it in parentheses.", item.key->span);
    return Value::Unknown();
  }
  if (!item.computed) {
    if (const std::string_view name = BareKey(*item.key); !name.empty()) return Value::Str(std::string(name));
  }
  return Eval(*item.key);
}

Value Evaluator::Object(const ObjectExpr& expr) {
  if (!ChargeElements(expr.items.size(), expr.span)) return Value::Unknown();
  Value::Fields fields;
  bool known = true;
  for (const ObjectItem& item : expr.items) {
    const size_t errors = errors_;
    const Value given = ObjectKey(item);
    const bool bad_key = errors_ > errors;
    Value value = Eval(*item.value);
    if (bad_key) {
      known = false;
      continue;
    }
    if (given.IsNull()) {
      Error("Null value as key", "The key is null.", item.value->span);
      known = false;
      continue;
    }
    const absl::StatusOr<Value> key = ConvertTo(given, Type::String());
    if (!key.ok()) {
      Error("Incorrect key type", Cat("This cannot be a key: ", key.status().message(), "."), item.key->span);
      known = false;
    } else if (!key->IsKnown()) {
      known = false;
    } else {
      fields.insert_or_assign(key->AsString(), std::move(value));
    }
  }
  return known ? Value::Object(std::move(fields)) : Value::Unknown();
}

bool Evaluator::CountIteration(const Span& at) {
  if (stopped_) return false;
  if (++iterations_ <= kMaxIterations) return true;
  Error("Too many iterations", Cat("This expression goes over more than ", kMaxIterations, " elements in all."), at);
  stopped_ = true;
  return false;
}

bool Evaluator::ChargeBytes(size_t bytes, const Span& at) {
  if (stopped_) return false;
  made_bytes_ += bytes;
  if (made_bytes_ <= kMaxMadeBytes) return true;
  Error("Expression too large",
        Cat("The values made for this expression need more than ", kMaxMadeBytes >> 20, " MiB."), at);
  stopped_ = true;
  return false;
}

// Texts and elements; what stands deeper was mostly there before.
bool Evaluator::ChargeResult(const Value& value, const Span& at) {
  if (!value.HasPayload()) return true;
  if (value.type().IsString()) return ChargeBytes(value.AsString().size(), at);
  if (!value.CanIterate()) return true;
  size_t bytes = value.Length() * sizeof(Value);
  if (value.type().IsList() && value.type().Element().IsString()) {
    for (const Value& element : value.Elements()) bytes += element.HasPayload() ? element.AsString().size() : 0;
  }
  return ChargeBytes(bytes, at);
}

bool Evaluator::Iterable(const ForExpr& expr, const Value& collection) {
  if (collection.IsNull()) {
    Error("Iteration over null value", "The collection of a 'for' is null.", expr.collection->span, &expr.span);
    return false;
  }
  const Type& type = collection.type();
  if (type.IsDynamic()) return false;
  if (!type.IsCollection() && !type.IsTuple() && !type.IsObject()) {
    Error("Iteration over non-iterable value",
          Cat("A 'for' goes over a list, set, tuple, map or object, but this is a ", type.FriendlyName(), "."),
          expr.collection->span, &expr.span);
    return false;
  }
  return true;
}

// With unknown variables first: a condition that can never be a bool is reported once, not for each element.
bool Evaluator::CheckCondition(const ForExpr& expr) {
  if (expr.condition == nullptr) return true;
  Scope key(this, expr.key_name);
  Scope value(this, expr.value_name);
  const size_t errors = errors_;
  const Value result = Eval(*expr.condition);
  if (result.IsNull()) {
    Error("Condition is null", "The condition after 'if' is null: it must be true or false.", expr.condition->span,
          &expr.span);
    return false;
  }
  const absl::StatusOr<Value> included = ConvertTo(result, Type::Bool());
  if (!included.ok()) {
    Error(kBadCondition, Cat("The condition after 'if' does not fit: ", included.status().message(), "."),
          expr.condition->span, &expr.span);
    return false;
  }
  return errors_ == errors;
}

Evaluator::Included Evaluator::Include(const ForExpr& expr, bool report) {
  if (expr.condition == nullptr) return Included::kYes;
  const Value result = Eval(*expr.condition);
  if (result.IsNull()) {
    if (report) {
      Error(kBadCondition, "The condition after 'if' is null: it must be true or false.", expr.condition->span,
            &expr.span);
    }
    return Included::kInvalid;
  }
  const absl::StatusOr<Value> included = ConvertTo(result, Type::Bool());
  if (!included.ok()) {
    if (report) {
      Error(kBadCondition, Cat("The condition after 'if' does not fit: ", included.status().message(), "."),
            expr.condition->span, &expr.span);
    }
    return Included::kInvalid;
  }
  if (!included->IsKnown()) return Included::kUnknown;
  return included->AsBool() ? Included::kYes : Included::kNo;
}

Value Evaluator::For(const ForExpr& expr) {
  const Value collection = Eval(*expr.collection);
  if (!Iterable(expr, collection) || !collection.IsKnown() || !CheckCondition(expr)) return Value::Unknown();
  return expr.key != nullptr ? ForObject(expr, collection) : ForTuple(expr, collection);
}

void Evaluator::EachElement(const ForExpr& expr, const Value& collection, absl::FunctionRef<void()> body) {
  Scope key(this, expr.key_name);
  Scope value(this, expr.value_name);
  const Type& type = collection.type();
  if (type.IsMap() || type.IsObject()) {
    for (const auto& [name, element] : collection.AsFields()) {
      if (!CountIteration(expr.span)) return;
      if (!expr.key_name.empty()) key.Set(Value::Str(name));
      value.Set(element);
      body();
    }
    return;
  }
  int64_t index = 0;
  for (const Value& element : collection.Elements()) {
    if (!CountIteration(expr.span)) return;
    if (!expr.key_name.empty()) key.Set(type.IsSet() ? element : Value::Int(index));
    value.Set(element);
    body();
    ++index;
  }
}

Value Evaluator::ForTuple(const ForExpr& expr, const Value& collection) {
  Value::Vector values;
  bool known = true;
  EachElement(expr, collection, [&] {
    switch (Include(expr, known)) {
      case Included::kYes:
        values.push_back(Eval(*expr.value));
        break;
      case Included::kNo:
        break;
      default:
        known = false;
    }
  });
  return known && !stopped_ ? Value::Tuple(std::move(values)) : Value::Unknown();
}

// False: null, not a string, or unknown.
bool Evaluator::ForKey(const ForExpr& expr, bool report, std::string* key) {
  constexpr char kBadKey[] = "Invalid object key";
  const Value given = Eval(*expr.key);
  if (given.IsNull()) {
    if (report) Error(kBadKey, "The key is null.", expr.key->span, &expr.span);
    return false;
  }
  if (!given.IsKnown()) return false;
  const absl::StatusOr<Value> text = ConvertTo(given, Type::String());
  if (!text.ok()) {
    if (report) Error(kBadKey, Cat("This cannot be a key: ", text.status().message(), "."), expr.key->span, &expr.span);
    return false;
  }
  *key = text->AsString();
  return true;
}

Value Evaluator::ForObject(const ForExpr& expr, const Value& collection) {
  Value::Fields fields;
  std::map<std::string, Value::Vector> groups;
  bool known = true;
  EachElement(expr, collection, [&] {
    const Included included = Include(expr, known);
    if (included == Included::kNo) return;
    std::string key;
    if (included != Included::kYes || !ForKey(expr, known, &key)) {
      known = false;
      return;
    }
    Value value = Eval(*expr.value);
    if (expr.group) {
      groups[key].push_back(std::move(value));
    } else if (!fields.emplace(key, std::move(value)).second) {
      Error("Duplicate object key",
            "Two elements have the same key. To collect the values of each key write \"...\" after the value.",
            expr.key->span, &expr.span);
    }
  });
  if (!known || stopped_) return Value::Unknown();
  for (auto& [key, values] : groups) fields.emplace(key, Value::Tuple(std::move(values)));
  return Value::Object(std::move(fields));
}

Value Evaluator::SplatItem(const Expr& item) {
  for (const Local* local = locals_; local != nullptr; local = local->outer) {
    if (local->item == &item) return local->value;
  }
  return Value::Unknown();
}

// The result's type when the elements are not known, or when there are none.
Type Evaluator::SplatType(const SplatExpr& expr, const Type& source) {
  Scope scope(this, {}, expr.item);
  const auto type_of = [&](const Type& element) {
    scope.Set(Value::Unknown(element));
    return Eval(*expr.each).type();
  };
  if (!source.IsTuple()) return Type::List(type_of(source.Element()));
  std::vector<Type> types;
  for (const Type& element : source.Elements()) types.push_back(type_of(element));
  return Type::Tuple(std::move(types));
}

Value Evaluator::Splat(const SplatExpr& expr) {
  const size_t errors = errors_;
  Value source = Eval(*expr.source);
  if (errors_ > errors) return Value::Unknown();
  const bool sequence = source.type().IsTuple() || source.type().IsList() || source.type().IsSet();
  if (source.IsNull()) {
    if (!sequence) return Value::Tuple({});
    const Span around = Join(expr.source->span, expr.marker_span);
    Error("Splat of null value", "The list before the star is null.", expr.source->span, &around);
    return Value::Unknown();
  }
  if (source.type().IsDynamic()) return Value::Unknown();
  if (!sequence) source = Value::Tuple({source});  // a single value counts as a tuple of one
  if (!source.IsKnown()) return Value::Unknown(SplatType(expr, source.type()));
  Value::Vector values;
  const size_t errors_before = errors_;
  {
    Scope scope(this, {}, expr.item);
    for (const Value& element : source.Elements()) {
      if (!CountIteration(expr.span)) break;
      scope.Set(element);
      values.push_back(Eval(*expr.each));
    }
  }
  if (errors_ > errors_before) {  // the type still helps; its errors were reported for the elements
    const size_t reported = diagnostics_.size();
    Value result = Value::Unknown(SplatType(expr, source.type()));
    diagnostics_.Truncate(reported);
    return result;
  }
  if (source.type().IsTuple()) return Value::Tuple(std::move(values));
  if (values.empty()) return Value::List(SplatType(expr, source.type()).Element(), {});
  return Value::ListOf(std::move(values));
}

}  // namespace waypoint::hcl
