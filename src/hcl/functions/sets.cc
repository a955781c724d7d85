#include <algorithm>

#include "hcl/functions/builder.h"
#include "hcl/functions/functions.h"

namespace waypoint::hcl {
namespace {

using Args = Function::Args;
const Type kAnySet = Type::Set(Type::Dynamic());
constexpr char kIncompatible[] = "the sets have elements of different types";

absl::StatusOr<Type> CommonSet(Args a) {
  std::vector<Type> elements;
  for (const Value& v : a) {
    const Type& element = v.type().Element();
    if (v.IsKnown() && v.Length() == 0 && element.IsDynamic()) continue;
    elements.push_back(element);
  }
  if (elements.empty()) return kAnySet;
  std::optional<Type> common = Unify(elements);
  if (common) return Type::Set(*common);
  return absl::InvalidArgumentError(kIncompatible);
}

bool Has(const Value::Vector& set, const Value& v) {
  return std::any_of(set.begin(), set.end(), [&](const Value& e) { return e.Equals(v); });
}

using Combine = void (*)(Value::Vector& all, const Value::Vector& next);

void Union(Value::Vector& all, const Value::Vector& next) { all.insert(all.end(), next.begin(), next.end()); }

void Intersect(Value::Vector& all, const Value::Vector& next) {
  std::erase_if(all, [&](const Value& v) { return !Has(next, v); });
}

void Subtract(Value::Vector& all, const Value::Vector& next) {
  std::erase_if(all, [&](const Value& v) { return Has(next, v); });
}

Function::ImplFn SetOperation(Combine combine) {
  return [combine](Args a, const Type& result) -> absl::StatusOr<Value> {
    Value::Vector all;
    std::optional<Type> type;  // that all have, if the common one is open
    for (size_t i = 0; i < a.size(); ++i) {
      absl::StatusOr<Value> set = ConvertTo(a[i], result);
      if (!set.ok()) return ArgumentError(static_cast<int>(i), std::string(set.status().message()));
      if (type && !(*type == set->type())) return absl::InvalidArgumentError(kIncompatible);
      type = set->type();
      if (i == 0) {
        all = set->Elements();
      } else {
        combine(all, set->Elements());
      }
    }
    return Value::Set(type ? type->Element() : result.Element(), std::move(all));
  };
}

absl::StatusOr<Type> ProductElement(const Value& v, int arg) {
  const Type& type = v.type();
  if (type.IsSet() || type.IsList()) return type.Element();
  if (!type.IsTuple()) return ArgumentError(arg, "this must be a set, a list or a tuple");
  if (type.Elements().empty()) return Type::Dynamic();
  if (std::optional<Type> common = Unify(type.Elements())) return *common;
  return ArgumentError(arg, "its elements have different types");
}

absl::StatusOr<Type> ProductType(Args a) {
  if (a.size() < 2) return absl::InvalidArgumentError("it takes two or more arguments");
  std::vector<Type> elements;
  for (size_t i = 0; i < a.size(); ++i) {
    ASSIGN_OR_RETURN(Type element, ProductElement(a[i], static_cast<int>(i)));
    elements.push_back(std::move(element));
  }
  bool any_set = std::any_of(a.begin(), a.end(), [](const Value& v) { return v.type().IsSet(); });
  Type tuple = Type::Tuple(std::move(elements));
  return any_set ? Type::Set(tuple) : Type::List(tuple);
}

absl::StatusOr<Value> Product(Args a, const Type& result) {
  const std::vector<Type>& types = result.Element().Elements();
  size_t total = 1;
  for (const Value& v : a) {
    total *= v.Length();
    if (total > kMaxResultElements) {
      return absl::InvalidArgumentError("the product has more than a million elements");
    }
  }
  std::vector<Value::Vector> rows = {{}};
  for (size_t i = 0; i < a.size(); ++i) {
    std::vector<Value::Vector> next;
    for (const Value::Vector& row : rows) {
      for (const Value& v : a[i].Elements()) {
        ASSIGN_OR_RETURN(Value converted, ConvertTo(v, types[i]));
        next.push_back(row);
        next.back().push_back(std::move(converted));
      }
    }
    rows = std::move(next);
  }
  Value::Vector out;
  for (Value::Vector& row : rows) {
    out.push_back(Value::Tuple(std::move(row)));
    if (!(out.back().type() == out.front().type())) {
      return absl::InvalidArgumentError("all elements of one argument must have the same type");
    }
  }
  return result.IsSet() ? Value::Set(result.Element(), std::move(out)) : Value::List(result.Element(), std::move(out));
}

}  // namespace

void AddSetFunctions(FunctionTable& table) {
  auto first = Param("first_set", kAnySet, kDynamic), others = Param("other_sets", kAnySet, kDynamic);
  Define(table, "setunion", {{first}, others, CommonSet, SetOperation(Union)});
  Define(table, "setintersection", {{first}, others, CommonSet, SetOperation(Intersect), true});
  Define(table, "setsubtract",
         {{Param("a", kAnySet, kDynamic), Param("b", kAnySet, kDynamic)},
          std::nullopt,
          CommonSet,
          SetOperation(Subtract),
          true});
  Define(table, "setproduct", {{}, Param("sets", Type::Dynamic()), ProductType, Product});
}

}  // namespace waypoint::hcl
