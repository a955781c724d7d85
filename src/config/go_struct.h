// A protostructure Struct: Go's kinds and struct tags, read (waypoint-hcl.md B5).
//
// Threads: pure functions.
// Errors:  none; what is unknown is treated as a value of any type.
#pragma once

#include <string>

#include "absl/status/statusor.h"

#include "hcl/type.h"
#include "hcl/value.h"
#include "protostructure/structure.pb.h"

namespace waypoint::config {

namespace ps = ::protostructure;

enum class GoKind { kBool, kInt, kUint, kFloat, kString, kAny, kArray, kMap, kPointer, kSlice, kStruct };
GoKind KindOf(const ps::Type& type);
int IntegerBits(const ps::Type& type);  // of kInt and kUint

// `key:"value"` of a struct tag; "" if absent.
std::string TagValue(const std::string& tag, const std::string& key);

enum class FieldRole { kNone, kAttribute, kOptional, kBlock, kLabel, kRest };
struct HclTag {
  std::string name;
  FieldRole role = FieldRole::kNone;
};
HclTag HclTagOf(const ps::Struct::Field& field);

struct JsonTag {
  std::string name;
  bool omit = false;  // "-" or not exported
  bool omit_empty = false;
};
JsonTag JsonTagOf(const ps::Struct::Field& field);

// The language's type an attribute of this Go type is converted to.
hcl::Type AttributeType(const ps::Type& type);

std::string ZeroJson(const ps::Type& type);
// A converted value as encoding/json writes the Go value. InvalidArgument: out of range, null where Go has no nil.
absl::StatusOr<std::string> GoJson(const hcl::Value& value, const ps::Type& type);

}  // namespace waypoint::config
