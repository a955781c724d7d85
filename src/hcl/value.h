// Values of the configuration language: typed, immutable, possibly null or unknown (waypoint-hcl.md A5).
//
// Owns:    shares immutable payloads; copies are cheap.
// Threads: immutable, thread-safe.
// Units:   strings are UTF-8 in NFC, made so on creation.
// Errors:  none; asking a value for what its type or state lacks is a programmer's error (checked in debug builds).
#pragma once

#include <cassert>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "hcl/number.h"
#include "hcl/type.h"

namespace waypoint::hcl {

class Value {
 public:
  using Vector = std::vector<Value>;
  using Fields = std::map<std::string, Value>;

  Value() : Value(Type::Dynamic(), State::kNull) {}  // null of dynamic type
  static Value Null(Type type = Type::Dynamic()) { return Value(std::move(type), State::kNull); }
  static Value Unknown(Type type = Type::Dynamic()) { return Value(std::move(type), State::kUnknown); }
  static Value Bool(bool value);
  static Value Num(Number value);
  static Value Int(int64_t value) { return Num(Number::FromInt(value)); }
  static Value Str(std::string value);  // normalised to NFC
  static Value List(Type element, Vector elements);
  static Value ListOf(Vector elements);             // the elements' common type; dynamic if empty
  static Value Set(Type element, Vector elements);  // sorted, doubles dropped
  static Value Map(Type element, Fields fields);
  static Value MapOf(Fields fields);
  static Value StringMap(const std::map<std::string, std::string>& entries);
  static Value Tuple(Vector elements);
  static Value Object(Fields fields);
  static Value Capsule(std::string type_name, std::shared_ptr<const void> payload);

  const Type& type() const { return type_; }
  bool IsNull() const { return state_ == State::kNull; }
  bool IsKnown() const { return state_ != State::kUnknown; }
  bool HasPayload() const { return state_ == State::kKnown; }  // neither null nor unknown
  bool IsWhollyKnown() const;

  bool AsBool() const { return std::get<bool>(payload_); }
  const Number& AsNumber() const { return std::get<Number>(payload_); }
  const std::string& AsString() const { return *std::get<Text>(payload_); }
  const Vector& Elements() const { return *std::get<Sequence>(payload_); }  // list, set (in order), tuple
  const Fields& AsFields() const { return *std::get<Mapping>(payload_); }   // map, object (sorted by key)
  const std::shared_ptr<const void>& AsCapsule() const { return std::get<std::shared_ptr<const void>>(payload_); }

  // Elements of a sequence or entries of a map or object; 0 for what has none.
  size_t Length() const;
  bool CanIterate() const;                        // a known, non-null collection, tuple or object
  const Value* Find(std::string_view key) const;  // map, object; nullptr if absent

  // Same type and content; unknown equals unknown of the same type.
  bool Equals(const Value& other) const;
  // The language's ==: different types are unequal, null == null; unknown if that depends on an unknown.
  Value EqualTo(const Value& other) const;
  // Order of set elements: strings bytewise, numbers ascending, false < true, then by an arbitrary stable text.
  static bool SetLess(const Value& a, const Value& b);
  // Same payload under another type of the same kind (a conversion has checked that it fits).
  Value WithType(Type type) const;

 private:
  enum class State : uint8_t { kKnown, kNull, kUnknown };
  using Text = std::shared_ptr<const std::string>;
  using Sequence = std::shared_ptr<const Vector>;
  using Mapping = std::shared_ptr<const Fields>;
  using Payload = std::variant<std::monostate, bool, Number, Text, Sequence, Mapping, std::shared_ptr<const void>>;

  Value(Type type, State state) : type_(std::move(type)), state_(state) {}
  Value(Type type, Payload payload) : type_(std::move(type)), state_(State::kKnown), payload_(std::move(payload)) {}

  Type type_;
  State state_ = State::kNull;
  Payload payload_;
};

}  // namespace waypoint::hcl
