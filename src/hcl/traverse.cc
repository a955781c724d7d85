#include "hcl/traverse.h"

#include <algorithm>
#include <numeric>

#include "hcl/convert.h"
#include "hcl/text.h"
#include "hcl/unicode.h"

namespace waypoint::hcl {
namespace {

Problem BadIndex(std::string detail) { return {"Invalid index", std::move(detail)}; }

std::string Shown(const std::string& key, KeyOrigin origin) {
  return origin == KeyOrigin::kWritten ? Cat("\"", key, "\"") : "that this expression gives";
}

StepResult IndexSequence(const Value& sequence, const Value& given, KeyOrigin origin) {
  const absl::StatusOr<Value> key = ConvertTo(given, Type::Number());
  if (!key.ok()) return BadIndex(Cat("The key fits no element here: ", key.status().message(), "."));
  const Type& type = sequence.type();
  const bool tuple = type.IsTuple();
  if (!key->IsKnown() || (!tuple && !sequence.IsKnown())) {
    return Value::Unknown(tuple ? Type::Dynamic() : type.Element());
  }
  const Number& number = key->AsNumber();
  if (!number.IsInteger()) return BadIndex("An index is a whole number.");
  if (number.IsNegative() && !number.IsZero()) return BadIndex("An index is not negative; the first element has 0.");
  const size_t length = tuple ? type.Elements().size() : sequence.Length();
  const std::optional<uint64_t> index = number.AsUint64();
  if (!index || *index >= length) {
    return BadIndex(
        Cat("There is no element ", Shown(number.ToString(), origin), ": the collection has ", length, "."));
  }
  if (!sequence.IsKnown()) return Value::Unknown(type.Elements()[*index]);
  return sequence.Elements()[*index];
}

StepResult IndexMap(const Value& map, const Value& given, KeyOrigin origin) {
  const absl::StatusOr<Value> key = ConvertTo(given, Type::String());
  if (!key.ok()) return BadIndex(Cat("The key fits no element here: ", key.status().message(), "."));
  if (!key->IsKnown() || !map.IsKnown()) return Value::Unknown(map.type().Element());
  if (const Value* found = map.Find(key->AsString())) return *found;
  return BadIndex(Cat("There is no element with the key ", Shown(key->AsString(), origin), "."));
}

StepResult IndexObject(const Value& object, const Value& given, KeyOrigin origin) {
  const absl::StatusOr<Value> key = ConvertTo(given, Type::String());
  if (!key.ok()) return BadIndex(Cat("The key fits no attribute here: ", key.status().message(), "."));
  if (!object.IsKnown() || !key->IsKnown()) return Value::Unknown();
  if (const Value* found = object.Find(key->AsString())) return *found;
  return BadIndex(Cat("There is no attribute named ", Shown(key->AsString(), origin), "."));
}

size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

}  // namespace

StepResult GetIndex(const Value& collection, const Value& key, KeyOrigin origin) {
  if (collection.IsNull()) return Problem{"Attempt to index null value", "This value is null: it has no elements."};
  if (key.IsNull()) return BadIndex("The key is null.");
  const Type& type = collection.type();
  if (type.IsDynamic() || key.type().IsDynamic()) return Value::Unknown();
  switch (type.kind()) {
    case Kind::kList:
    case Kind::kTuple:
      return IndexSequence(collection, key, origin);
    case Kind::kMap:
      return IndexMap(collection, key, origin);
    case Kind::kObject:
      return IndexObject(collection, key, origin);
    case Kind::kSet:
      return BadIndex("The elements of a set have no index: they can only be used all together.");
    default:
      return BadIndex(Cat("A ", type.FriendlyName(), " has no elements."));
  }
}

StepResult GetAttribute(const Value& value, std::string_view given) {
  if (value.IsNull()) {
    return Problem{"Attempt to get attribute from null value", "This value is null: it has no attributes."};
  }
  const std::string name = Nfc(given);
  const Type& type = value.type();
  if (type.IsDynamic()) return Value::Unknown();
  if (type.IsObject()) {
    const auto attribute = type.Attributes().find(name);
    if (attribute == type.Attributes().end()) {
      std::vector<std::string> names;
      for (const auto& [known, unused] : type.Attributes()) names.push_back(known);
      return Problem{"Unsupported attribute",
                     Cat("This object has no attribute named \"", name, "\".", Suggest(name, names))};
    }
    if (!value.IsKnown()) return Value::Unknown(attribute->second);
    return *value.Find(name);
  }
  if (type.IsMap()) {
    if (!value.IsKnown()) return Value::Unknown(type.Element());
    if (const Value* found = value.Find(name)) return *found;
    return Problem{"Missing map element", Cat("This map has no element with the key \"", name, "\".")};
  }
  if (type.IsList() || type.IsTuple() || type.IsSet()) {
    return Problem{"Unsupported attribute", Cat("A ", type.FriendlyName(),
                                                " has no attributes. For those of each element write [*].", name, ".")};
  }
  return Problem{"Unsupported attribute", Cat("A ", type.FriendlyName(), " has no attributes.")};
}

std::string Suggest(std::string_view given, const std::vector<std::string>& names) {
  constexpr size_t kNear = 3;
  const std::string* best = nullptr;
  size_t best_distance = kNear;
  for (const std::string& name : names) {
    const size_t longer = std::max(name.size(), given.size()), shorter = std::min(name.size(), given.size());
    if (longer - shorter >= kNear) continue;
    const size_t distance = Distance(given, name);
    if (distance < best_distance) {
      best_distance = distance;
      best = &name;
    }
  }
  return best == nullptr ? "" : Cat(" Did you mean \"", *best, "\"?");
}

}  // namespace waypoint::hcl
