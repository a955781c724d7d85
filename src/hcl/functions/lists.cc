#include <algorithm>

#include "hcl/functions/builder.h"
#include "hcl/functions/functions.h"

namespace waypoint::hcl {
namespace {

using Args = Function::Args;

bool IsListOrTuple(const Type& t) { return t.IsList() || t.IsTuple(); }
bool IsSequence(const Type& t) { return IsListOrTuple(t) || t.IsSet(); }

template <typename List>
auto Nth(const List& list, size_t n) {
  return list.begin() + static_cast<std::ptrdiff_t>(n);
}

const Type kAnyList = Type::List(Type::Dynamic());

absl::StatusOr<Value> Chunk(Args a, const Type& result) {
  ASSIGN_OR_RETURN(int64_t size, WholeNumber(a[1]));
  if (size < 0) return absl::InvalidArgumentError("the size of a chunk cannot be negative");
  const Value::Vector& all = a[0].Elements();
  Value::Vector out;
  size_t step = size == 0 ? all.size() : static_cast<size_t>(size);
  for (size_t i = 0; i < all.size(); i += step) {
    size_t end = std::min(all.size(), i + std::min(step, all.size()));
    out.push_back(Value::List(a[0].type().Element(), Value::Vector(Nth(all, i), Nth(all, end))));
  }
  return Value::List(result.Element(), std::move(out));
}

absl::StatusOr<Type> CoalesceType(Args a) {
  if (a.empty()) return absl::InvalidArgumentError("it takes one argument or more");
  for (size_t i = 0; i < a.size(); ++i) {
    if (!a[i].IsKnown()) return Type::Dynamic();
    if (!IsListOrTuple(a[i].type())) {
      return absl::InvalidArgumentError(absl::StrCat("argument ", i + 1, " is neither a list nor a tuple"));
    }
  }
  bool same = std::all_of(a.begin(), a.end(), [&](const Value& v) { return v.type() == a[0].type(); });
  return same ? a[0].type() : Type::Dynamic();
}

absl::StatusOr<Value> Coalesce(Args a, const Type& result) {
  for (const Value& v : a) {
    if (!v.IsKnown()) return Value::Unknown(result);
    if (v.Length() > 0) return v;
  }
  return absl::InvalidArgumentError("no list that has elements among the arguments");
}

absl::StatusOr<Value> Compact(Args a, const Type&) {
  Value::Vector out;
  for (const Value& v : a[0].Elements()) {
    if (!v.IsNull() && !v.AsString().empty()) out.push_back(v);
  }
  return Value::List(Type::String(), std::move(out));
}

absl::StatusOr<Type> ConcatType(Args a) {
  if (a.empty()) return absl::InvalidArgumentError("it takes one argument or more");
  std::vector<Type> types, parts;
  for (const Value& v : a) types.push_back(v.type());
  if (std::all_of(types.begin(), types.end(), [](const Type& t) { return t.IsList(); })) {
    if (std::optional<Type> common = Unify(types)) return *common;
  }
  for (size_t i = 0; i < a.size(); ++i) {
    if (types[i].IsTuple()) {
      parts.insert(parts.end(), types[i].Elements().begin(), types[i].Elements().end());
    } else if (types[i].IsList()) {
      if (!a[i].IsKnown()) return Type::Dynamic();
      parts.insert(parts.end(), a[i].Length(), types[i].Element());
    } else {
      return ArgumentError(static_cast<int>(i),
                           absl::StrCat("only lists and tuples can be joined, not a ", types[i].FriendlyName()));
    }
  }
  return Type::Tuple(std::move(parts));
}

absl::StatusOr<Value> Concat(Args a, const Type& result) {
  Value::Vector out;
  for (size_t i = 0; i < a.size(); ++i) {
    Value part = a[i];
    if (result.IsList()) {
      ASSIGN_OR_RETURN(part, ConvertTo(part, result));
    }
    out.insert(out.end(), part.Elements().begin(), part.Elements().end());
  }
  return result.IsList() ? Value::List(result.Element(), std::move(out)) : Value::Tuple(std::move(out));
}

absl::StatusOr<Value> Contains(Args a, const Type&) {
  if (!IsSequence(a[0].type())) return absl::InvalidArgumentError("only a list, a tuple or a set contains values");
  bool unsure = false;
  for (const Value& v : a[0].Elements()) {
    Value same = a[1].EqualTo(v);
    if (!same.IsKnown()) {
      unsure = true;
    } else if (same.AsBool()) {
      return Value::Bool(true);
    }
  }
  return unsure ? Value::Unknown(Type::Bool()) : Value::Bool(false);
}

absl::StatusOr<Value> Distinct(Args a, const Type&) {
  Value::Vector out;
  for (const Value& v : a[0].Elements()) {
    if (std::none_of(out.begin(), out.end(), [&](const Value& seen) { return seen.Equals(v); })) out.push_back(v);
  }
  return Value::List(a[0].type().Element(), std::move(out));
}

absl::Status CheckIndex(const Value& index) {
  if (index.AsNumber().Sign() >= 0) return absl::OkStatus();
  return absl::InvalidArgumentError("the index is negative");
}

absl::StatusOr<Type> ElementType(Args a) {
  const Type& type = a[0].type();
  if (a[1].IsKnown()) RETURN_IF_ERROR(CheckIndex(a[1]));
  if (type.IsList()) return type.Element();
  if (!type.IsTuple()) {
    return absl::InvalidArgumentError(
        absl::StrCat("only lists and tuples have elements by number, not a ", type.FriendlyName()));
  }
  if (!a[1].IsKnown()) return Type::Dynamic();
  ASSIGN_OR_RETURN(int64_t index, WholeNumber(a[1]));
  if (type.Elements().empty()) return absl::InvalidArgumentError("there are no elements");
  return type.Elements()[index % type.Elements().size()];
}

absl::StatusOr<Value> Element(Args a, const Type&) {
  ASSIGN_OR_RETURN(int64_t index, WholeNumber(a[1]));
  if (a[0].Length() == 0) return absl::InvalidArgumentError("there are no elements");
  return a[0].Elements()[index % a[0].Length()];
}

Value::Vector Parts(const Value& v) {
  if (IsSequence(v.type())) return v.Elements();
  Value::Vector out;
  for (const auto& [key, field] : v.AsFields()) out.push_back(field);
  return out;
}

// False: something inside is not known.
absl::StatusOr<bool> Flatten(const Value::Vector& list, Value::Vector& out) {
  bool known = true;
  for (const Value& v : list) {
    if (v.type().IsDynamic()) known = false;
    if (IsSequence(v.type())) {
      if (v.IsNull()) return absl::InvalidArgumentError("a list inside is null");
      if (!v.IsKnown()) {
        known = false;
        continue;
      }
      ASSIGN_OR_RETURN(const bool inner, Flatten(v.Elements(), out));
      known = known && inner;
    } else {
      out.push_back(v);
    }
  }
  return known;
}

absl::StatusOr<Type> FlattenType(Args a) {
  if (!a[0].IsWhollyKnown()) return Type::Dynamic();
  if (!IsSequence(a[0].type())) return absl::InvalidArgumentError("only lists, sets and tuples can be flattened");
  Value::Vector out;
  ASSIGN_OR_RETURN(const bool known, Flatten(a[0].Elements(), out));
  if (!known) return Type::Dynamic();
  return Value::Tuple(std::move(out)).type();
}

absl::StatusOr<Value> FlattenImpl(Args a, const Type& result) {
  Value::Vector out;
  ASSIGN_OR_RETURN(const bool known, Flatten(Parts(a[0]), out));
  return known ? Value::Tuple(std::move(out)) : Value::Unknown(result);
}

absl::StatusOr<Value> Range(Args a, const Type&) {
  constexpr size_t kLimit = 1024;
  if (a.empty() || a.size() > 3) return absl::InvalidArgumentError("it takes one argument to three");
  Number start = a.size() > 1 ? a[0].AsNumber() : Number::FromInt(0);
  Number end = a.size() > 1 ? a[1].AsNumber() : a[0].AsNumber();
  Number step = a.size() > 2 ? a[2].AsNumber() : Number::FromInt(end < start ? -1 : 1);
  bool down = step.Sign() < 0;
  if (down ? start < end : end < start) {
    return ArgumentError(a.size() > 1 ? 1 : 0, down ? "the end lies behind the start, and the step goes down"
                                                    : "the end lies before the start, and the step goes up");
  }
  if (step.IsZero() && start < end) return absl::InvalidArgumentError("the step is zero");
  Value::Vector out;
  for (Number n = start; down ? end < n : n < end;) {
    if (out.size() >= kLimit) {
      return absl::InvalidArgumentError("these are more than 1024 numbers; use a larger step or a nearer end");
    }
    out.push_back(Value::Num(n));
    ASSIGN_OR_RETURN(n, n.Add(step));
  }
  return Value::List(Type::Number(), std::move(out));
}

absl::StatusOr<Type> ReverseType(Args a) {
  const Type& type = a[0].type();
  if (type.IsTuple()) return Type::Tuple({type.Elements().rbegin(), type.Elements().rend()});
  if (type.IsList() || type.IsSet()) return Type::List(type.Element());
  return ArgumentError(0, absl::StrCat("only lists, sets and tuples can be reversed, not a ", type.FriendlyName()));
}

absl::StatusOr<Value> Reverse(Args a, const Type& result) {
  Value::Vector out(a[0].Elements().rbegin(), a[0].Elements().rend());
  return result.IsTuple() ? Value::Tuple(std::move(out)) : Value::List(result.Element(), std::move(out));
}

// One end of a slice; `length` is nullopt while the list is unknown.
absl::StatusOr<std::optional<size_t>> SliceEnd(Args a, int arg, const char* name, std::optional<size_t> length) {
  if (!a[arg].IsKnown()) return std::nullopt;
  std::optional<int64_t> index = a[arg].AsNumber().AsInt64();
  if (!index) return ArgumentError(arg, absl::StrCat("the ", name, " must be a whole number"));
  if (*index < 0) return ArgumentError(arg, absl::StrCat("the ", name, " is negative"));
  if (length && static_cast<size_t>(*index) > *length) {
    return ArgumentError(arg, absl::StrCat("the ", name, " lies behind the last element"));
  }
  return static_cast<size_t>(*index);
}

absl::StatusOr<std::optional<std::pair<size_t, size_t>>> SliceEnds(Args a) {
  std::optional<size_t> length;
  if (a[0].type().IsTuple()) length = a[0].type().Elements().size();
  if (a[0].IsKnown()) length = a[0].Length();
  ASSIGN_OR_RETURN(std::optional<size_t> start, SliceEnd(a, 1, "start", length));
  ASSIGN_OR_RETURN(std::optional<size_t> end, SliceEnd(a, 2, "end", length));
  if (!start || !end) return std::nullopt;
  if (*start > *end) return ArgumentError(1, "the start lies behind the end");
  return std::make_pair(*start, *end);
}

absl::StatusOr<Type> SliceType(Args a) {
  const Type& type = a[0].type();
  if (type.IsSet()) {
    return ArgumentError(0, "the elements of a set have no numbers");
  }
  if (!IsListOrTuple(type)) return ArgumentError(0, "only lists and tuples can be cut");
  ASSIGN_OR_RETURN(auto ends, SliceEnds(a));
  if (type.IsList()) return type;
  if (!ends) return Type::Dynamic();
  return Type::Tuple({Nth(type.Elements(), ends->first), Nth(type.Elements(), ends->second)});
}

absl::StatusOr<Value> Slice(Args a, const Type& result) {
  ASSIGN_OR_RETURN(auto ends, SliceEnds(a));
  Value::Vector out(Nth(a[0].Elements(), ends->first), Nth(a[0].Elements(), ends->second));
  return result.IsTuple() ? Value::Tuple(std::move(out)) : Value::List(result.Element(), std::move(out));
}

absl::StatusOr<Value> Sort(Args a, const Type& result) {
  Value::Vector out = a[0].Elements();
  for (size_t i = 0; i < out.size(); ++i) {
    if (out[i].IsNull()) {
      return absl::InvalidArgumentError(absl::StrCat("element ", i, " is null and has no place in an order"));
    }
  }
  std::stable_sort(out.begin(), out.end(), Value::SetLess);
  return Value::List(result.Element(), std::move(out));
}

}  // namespace

void AddListFunctions(FunctionTable& table) {
  const Type any = Type::Dynamic(), n = Type::Number();
  auto first_type = [](Args a) -> absl::StatusOr<Type> { return a[0].type(); };
  auto list_of_first = [](Args a) -> absl::StatusOr<Type> { return Type::List(a[0].type()); };
  auto define = [&](const std::string& name, std::vector<Parameter> params, Function::TypeFn type,
                    Function::ImplFn impl, bool looks_inside = false) {
    Define(table, name, {std::move(params), std::nullopt, std::move(type), std::move(impl), looks_inside});
  };
  define("chunklist", {Param("list", kAnyList), Param("size", n)}, list_of_first, Chunk);
  Define(table, "coalescelist", {{}, Param("vals", any, kNull | kUnknown | kDynamic), CoalesceType, Coalesce});
  define("compact", {Param("list", Type::List(Type::String()))}, Returns(Type::List(Type::String())), Compact, true);
  Define(table, "concat", {{}, Param("seqs", any), ConcatType, Concat});
  define("contains", {Param("list", any), Param("value", any)}, Returns(Type::Bool()), Contains);
  define("distinct", {Param("list", kAnyList)}, first_type, Distinct, true);
  define("element", {Param("list", any), Param("index", n)}, ElementType, Element);
  define("flatten", {Param("list", any)}, FlattenType, FlattenImpl);
  Define(table, "range", {{}, Param("params", n), Returns(Type::List(n)), Range});
  define("reverse", {Param("list", any)}, ReverseType, Reverse);
  define("slice", {Param("list", any), Param("start_index", n), Param("end_index", n)}, SliceType, Slice);
  define("sort", {Param("list", Type::List(Type::String()))}, Returns(Type::List(Type::String())), Sort, true);
  // std::function owns what the analyzer thinks is lost.
}  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks)

}  // namespace waypoint::hcl
