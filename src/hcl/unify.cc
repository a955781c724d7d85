#include "hcl/unify.h"

#include <algorithm>

namespace waypoint::hcl {
namespace {

using Types = std::vector<Type>;

size_t Count(const Types& types, Kind kind) {
  return std::count_if(types.begin(), types.end(), [kind](const Type& t) { return t.kind() == kind; });
}

// What all parts of all types convert to; nullopt also if the parts of one type among them have nothing in common.
std::optional<Type> CommonPart(const Types& types, Conversions allowed) {
  Types all;
  for (const Type& t : types) {
    const Types parts = ElementTypes(t);
    if (!parts.empty() && !Unify(parts, allowed)) return std::nullopt;
    all.insert(all.end(), parts.begin(), parts.end());
  }
  return Unify(all, allowed);
}

// Collections among tuples or objects: those are collections of what their parts convert to, then all are compared.
std::optional<Type> CommonElement(const Types& types, Conversions allowed) {
  Types elements;
  for (const Type& t : types) {
    const Types parts = ElementTypes(t);
    if (parts.empty()) continue;
    std::optional<Type> element = Unify(parts, allowed);
    if (!element) return std::nullopt;
    elements.push_back(*std::move(element));
  }
  return Unify(elements, allowed);
}

// Tuples of different lengths as a list.
std::optional<Type> AsList(const Types& tuples, Conversions allowed) {
  std::optional<Type> element = CommonPart(tuples, allowed);
  if (!element) return std::nullopt;
  return Type::List(*element);
}

std::optional<Type> UnifyTuples(const Types& tuples, Conversions allowed) {
  size_t length = tuples[0].Elements().size();
  bool same = std::all_of(tuples.begin(), tuples.end(), [&](const Type& t) { return t.Elements().size() == length; });
  if (!same) return AsList(tuples, allowed);
  Types out;
  for (size_t i = 0; i < length; ++i) {
    Types column;
    for (const Type& t : tuples) column.push_back(t.Elements()[i]);
    std::optional<Type> one = Unify(column, allowed);
    if (!one) return std::nullopt;
    out.push_back(*one);
  }
  return Type::Tuple(std::move(out));
}

// Objects of different attributes as a map.
std::optional<Type> AsMap(const Types& objects, Conversions allowed) {
  std::optional<Type> element = CommonPart(objects, allowed);
  if (!element) return std::nullopt;
  return Type::Map(*element);
}

bool SameAttributes(const Type& a, const Type& b) {
  return std::equal(a.Attributes().begin(), a.Attributes().end(), b.Attributes().begin(), b.Attributes().end(),
                    [](const auto& x, const auto& y) { return x.first == y.first; });
}

std::optional<Type> UnifyObjects(const Types& objects, Conversions allowed) {
  bool same = std::all_of(objects.begin(), objects.end(), [&](const Type& t) { return SameAttributes(t, objects[0]); });
  if (!same) return AsMap(objects, allowed);
  std::map<std::string, Type> out;
  for (const auto& [name, first] : objects[0].Attributes()) {
    Types column;
    for (const Type& t : objects) column.push_back(t.Attributes().at(name));
    std::optional<Type> one = Unify(column, allowed);
    if (!one) return std::nullopt;
    out.emplace(name, *one);
  }
  return Type::Object(std::move(out));
}

int Rank(const Type& t) {  // lower is preferred
  switch (t.kind()) {
    case Kind::kString:
    case Kind::kList:
    case Kind::kMap:
      return 0;
    case Kind::kSet:
      return 1;
    case Kind::kTuple:
    case Kind::kObject:
      return 2;
    case Kind::kDynamic:
      return 9;
    default:
      return 1;
  }
}

bool Preferred(const Type& a, const Type& b) {
  if (Rank(a) != Rank(b)) return Rank(a) < Rank(b);
  if (a.IsCollection() && a.kind() == b.kind()) return Preferred(a.Element(), b.Element());
  return false;
}

std::optional<Type> OneOfThem(const Types& types, Conversions allowed) {
  Types candidates = types;
  std::stable_sort(candidates.begin(), candidates.end(), Preferred);
  for (const Type& want : candidates) {
    bool fits = std::all_of(types.begin(), types.end(),
                            [&](const Type& t) { return t == want || CanConvert(t, want, allowed); });
    if (fits) return want;
  }
  return std::nullopt;
}

}  // namespace

std::vector<Type> ElementTypes(const Type& type) {
  if (type.IsTuple()) return type.Elements();
  if (type.IsCollection()) return {type.Element()};
  Types out;
  if (type.IsObject()) {
    for (const auto& [name, t] : type.Attributes()) out.push_back(t);
  }
  return out;
}

std::optional<Type> Unify(const std::vector<Type>& types, Conversions allowed) {
  if (types.empty()) return std::nullopt;
  if (std::all_of(types.begin(), types.end(), [&](const Type& t) { return t == types[0]; })) return types[0];
  size_t maps = Count(types, Kind::kMap), objects = Count(types, Kind::kObject), tuples = Count(types, Kind::kTuple);
  size_t lists = Count(types, Kind::kList), sets = Count(types, Kind::kSet);
  size_t dynamics = Count(types, Kind::kDynamic), all = types.size();
  // What a dynamic part will turn out to be decides the way to go: only dynamic fits every case.
  const auto only = [&](size_t kind) { return kind + dynamics == all; };
  if (dynamics > 0 && (only(maps) || only(objects) || only(tuples) || only(lists) || only(sets))) {
    return Type::Dynamic();
  }
  if (objects == all) return UnifyObjects(types, allowed);
  if (tuples == all) return UnifyTuples(types, allowed);
  if (maps > 0 && maps + objects == all) {
    if (std::optional<Type> element = CommonElement(types, allowed)) return Type::Map(*element);
  }
  if (lists > 0 && lists + tuples == all) {
    if (std::optional<Type> element = CommonElement(types, allowed)) return Type::List(*element);
  }
  if (sets == all) {
    if (std::optional<Type> element = CommonElement(types, allowed)) return Type::Set(*element);
  }
  // Nothing is both a sequence and a mapping. What is not decided yet could help collections, but not tuples and
  // objects.
  const bool both = lists + tuples + sets > 0 && maps + objects > 0;
  if (both && (dynamics == 0 || (tuples > 0 && objects > 0))) return std::nullopt;
  return OneOfThem(types, allowed);
}

}  // namespace waypoint::hcl
