#include "hcl/type.h"

#include <algorithm>
#include <cassert>

namespace waypoint::hcl {

Type Type::List(Type element) {
  return Type(Kind::kList, std::make_shared<Parts>(Parts{std::move(element), {}, {}, {}}));
}
Type Type::Set(Type element) {
  return Type(Kind::kSet, std::make_shared<Parts>(Parts{std::move(element), {}, {}, {}}));
}
Type Type::Map(Type element) {
  return Type(Kind::kMap, std::make_shared<Parts>(Parts{std::move(element), {}, {}, {}}));
}

Type Type::Tuple(std::vector<Type> elements) {
  return Type(Kind::kTuple, std::make_shared<Parts>(Parts{{}, std::move(elements), {}, {}}));
}

Type Type::Object(std::map<std::string, Type> attributes) {
  return Type(Kind::kObject, std::make_shared<Parts>(Parts{{}, {}, std::move(attributes), {}}));
}

Type Type::Capsule(std::string name) {
  return Type(Kind::kCapsule, std::make_shared<Parts>(Parts{{}, {}, {}, std::move(name)}));
}

const Type& Type::Element() const {
  assert(IsCollection());
  return parts_->element;
}

const std::vector<Type>& Type::Elements() const {
  assert(IsTuple());
  return parts_->elements;
}

const std::map<std::string, Type>& Type::Attributes() const {
  assert(IsObject());
  return parts_->attributes;
}

const std::string& Type::CapsuleName() const {
  assert(IsCapsule());
  return parts_->name;
}

bool Type::HasDynamic() const {
  if (IsDynamic()) return true;
  if (IsCollection()) return Element().HasDynamic();
  if (IsTuple()) return std::any_of(Elements().begin(), Elements().end(), [](const Type& t) { return t.HasDynamic(); });
  if (!IsObject()) return false;
  return std::any_of(Attributes().begin(), Attributes().end(), [](const auto& a) { return a.second.HasDynamic(); });
}

bool Type::operator==(const Type& other) const {
  if (kind_ != other.kind_) return false;
  if (parts_ == other.parts_) return true;
  return parts_->element == other.parts_->element && parts_->elements == other.parts_->elements &&
         parts_->attributes == other.parts_->attributes && parts_->name == other.parts_->name;
}

std::string Type::FriendlyName() const {
  switch (kind_) {
    case Kind::kDynamic:
      return "dynamic";
    case Kind::kBool:
      return "bool";
    case Kind::kNumber:
      return "number";
    case Kind::kString:
      return "string";
    case Kind::kList:
      return "list of " + Element().FriendlyName();
    case Kind::kSet:
      return "set of " + Element().FriendlyName();
    case Kind::kMap:
      return "map of " + Element().FriendlyName();
    case Kind::kTuple:
      return "tuple";
    case Kind::kObject:
      return "object";
    case Kind::kCapsule:
      return CapsuleName();
  }
  return "";
}

namespace {

// Attribute names that are no identifiers are quoted; names are ASCII in practice.
std::string NameText(const std::string& name) {
  auto plain = [](unsigned char c) { return c == '_' || c == '-' || std::isalnum(c) || c >= 0x80; };
  bool identifier = !name.empty() && !std::isdigit(static_cast<unsigned char>(name[0])) && name[0] != '-' &&
                    std::all_of(name.begin(), name.end(), plain);
  return identifier ? name : "\"" + name + "\"";
}

}  // namespace

std::string Type::Text() const {
  std::string out;
  switch (kind_) {
    case Kind::kDynamic:
      return "any";
    case Kind::kList:
      return "list(" + Element().Text() + ")";
    case Kind::kSet:
      return "set(" + Element().Text() + ")";
    case Kind::kMap:
      return "map(" + Element().Text() + ")";
    case Kind::kTuple:
      for (const Type& t : Elements()) out += (out.empty() ? "" : ",") + t.Text();
      return "tuple([" + out + "])";
    case Kind::kObject:
      for (const auto& [name, t] : Attributes()) out += (out.empty() ? "" : ",") + NameText(name) + "=" + t.Text();
      return "object({" + out + "})";
    default:
      return FriendlyName();
  }
}

}  // namespace waypoint::hcl
