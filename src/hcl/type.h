// Types of the configuration language (waypoint-hcl.md A5).
//
// Owns:    shares an immutable payload; copies are cheap.
// Threads: immutable, thread-safe.
// Errors:  none; asking a type for what its kind lacks is a programmer's error.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waypoint::hcl {

enum class Kind : uint8_t { kDynamic, kBool, kNumber, kString, kList, kSet, kMap, kTuple, kObject, kCapsule };

class Type {
 public:
  Type() = default;  // dynamic
  static Type Dynamic() { return Type(); }
  static Type Bool() { return Type(Kind::kBool); }
  static Type Number() { return Type(Kind::kNumber); }
  static Type String() { return Type(Kind::kString); }
  static Type List(Type element);
  static Type Set(Type element);
  static Type Map(Type element);
  static Type Tuple(std::vector<Type> elements);
  static Type Object(std::map<std::string, Type> attributes);
  static Type Capsule(std::string name);  // equal if the names are

  Kind kind() const { return kind_; }
  bool IsDynamic() const { return kind_ == Kind::kDynamic; }
  bool IsPrimitive() const { return kind_ == Kind::kBool || kind_ == Kind::kNumber || kind_ == Kind::kString; }
  bool IsString() const { return kind_ == Kind::kString; }
  bool IsNumber() const { return kind_ == Kind::kNumber; }
  bool IsBool() const { return kind_ == Kind::kBool; }
  bool IsList() const { return kind_ == Kind::kList; }
  bool IsSet() const { return kind_ == Kind::kSet; }
  bool IsMap() const { return kind_ == Kind::kMap; }
  bool IsTuple() const { return kind_ == Kind::kTuple; }
  bool IsObject() const { return kind_ == Kind::kObject; }
  bool IsCapsule() const { return kind_ == Kind::kCapsule; }
  bool IsCollection() const { return IsList() || IsSet() || IsMap(); }  // one element type

  const Type& Element() const;                            // list, set, map
  const std::vector<Type>& Elements() const;              // tuple
  const std::map<std::string, Type>& Attributes() const;  // object
  const std::string& CapsuleName() const;

  bool HasDynamic() const;  // dynamic, or contains it
  bool operator==(const Type& other) const;

  // As in messages: "string", "list of number", "object", "tuple", "dynamic".
  std::string FriendlyName() const;
  // The canonical type expression, without blanks: "map(list(any))", "object({a=string})".
  std::string Text() const;

 private:
  struct Parts;
  explicit Type(Kind kind) : kind_(kind) {}
  Type(Kind kind, std::shared_ptr<const Parts> parts) : kind_(kind), parts_(std::move(parts)) {}

  Kind kind_ = Kind::kDynamic;
  std::shared_ptr<const Parts> parts_;
};

struct Type::Parts {
  Type element;
  std::vector<Type> elements;
  std::map<std::string, Type> attributes;
  std::string name;
};

}  // namespace waypoint::hcl
