#include "config/decode.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "hcl/convert.h"
#include "hcl/secrets.h"

namespace waypoint::config {

using hcl::Type;
using hcl::Value;

void Decoder::Unsuitable(const hcl::Expression& expr, const std::string& why) {
  diagnostics_.Error("Unsuitable value type", hcl::HideSecrets(context_, "Unsuitable value: " + why),
                     expr.start_range(), expr.range());
}

namespace {

// Why a converted value is of no use to a field; empty: it is.
std::string Defect(const Value& value, bool allow_null) {
  if (!value.IsKnown()) return "value must be known";
  if (value.IsNull()) return allow_null ? "" : "null value is not allowed";
  if (value.type().IsList()) {
    for (const Value& v : value.Elements()) {
      if (std::string why = Defect(v, false); !why.empty()) return why;
    }
  }
  if (value.type().IsMap()) {
    for (const auto& [key, v] : value.AsFields()) {
      if (std::string why = Defect(v, false); !why.empty()) return absl::StrCat("\"", key, "\": ", why);
    }
  }
  return "";
}

}  // namespace

std::optional<Value> Decoder::Read(const hcl::Expression& expr, const Type& type, bool allow_null) {
  Value value = expr.Evaluate(context_, diagnostics_);
  absl::StatusOr<Value> converted = hcl::ConvertTo(value, type);
  if (!converted.ok()) {
    Unsuitable(expr, std::string(converted.status().message()));
    return std::nullopt;
  }
  if (std::string why = Defect(*converted, allow_null); !why.empty()) {
    Unsuitable(expr, why);
    return std::nullopt;
  }
  return *converted;
}

void Decoder::Get(const hcl::BodyContent& content, const char* name, std::string* field) {
  if (const hcl::Attribute* a = content.Find(name)) {
    if (auto v = Read(a->expr, Type::String())) *field = v->AsString();
  }
}

void Decoder::Get(const hcl::BodyContent& content, const char* name, bool* field) {
  if (const hcl::Attribute* a = content.Find(name)) {
    if (auto v = Read(a->expr, Type::Bool())) *field = v->AsBool();
  }
}

template <typename T>
void Decoder::GetWhole(const hcl::BodyContent& content, const char* name, T* field) {
  const hcl::Attribute* a = content.Find(name);
  if (a == nullptr) return;
  std::optional<Value> v = Read(a->expr, Type::Number());
  if (!v) return;
  constexpr T kLowest = std::numeric_limits<T>::min(), kHighest = std::numeric_limits<T>::max();
  bool fits = false;
  if constexpr (std::is_signed_v<T>) {
    std::optional<int64_t> n = v->AsNumber().AsInt64();
    fits = n && *n >= kLowest && *n <= kHighest;
    if (fits) *field = static_cast<T>(*n);
  } else {
    std::optional<uint64_t> n = v->AsNumber().AsUint64();
    fits = n && *n <= kHighest;
    if (fits) *field = static_cast<T>(*n);
  }
  if (!fits) {
    Unsuitable(a->expr,
               absl::StrCat("value must be a whole number, between ", kLowest, " and ", kHighest, " inclusive"));
  }
}

void Decoder::Get(const hcl::BodyContent& content, const char* name, int32_t* field) { GetWhole(content, name, field); }
void Decoder::Get(const hcl::BodyContent& content, const char* name, uint32_t* field) {
  GetWhole(content, name, field);
}
void Decoder::Get(const hcl::BodyContent& content, const char* name, uint64_t* field) {
  GetWhole(content, name, field);
}

void Decoder::Get(const hcl::BodyContent& content, const char* name, std::optional<bool>* field) {
  if (const hcl::Attribute* a = content.Find(name)) {
    auto v = Read(a->expr, Type::Bool(), true);
    if (v && !v->IsNull()) *field = v->AsBool();
  }
}

void Decoder::Get(const hcl::BodyContent& content, const char* name, std::vector<std::string>* field) {
  const hcl::Attribute* a = content.Find(name);
  if (a == nullptr) return;
  std::optional<Value> v = Read(a->expr, Type::List(Type::String()), true);
  if (!v || v->IsNull()) return;
  field->clear();
  for (const Value& element : v->Elements()) field->push_back(element.AsString());
}

void Decoder::Get(const hcl::BodyContent& content, const char* name, std::map<std::string, std::string>* field) {
  const hcl::Attribute* a = content.Find(name);
  if (a == nullptr) return;
  std::optional<Value> v = Read(a->expr, Type::Map(Type::String()), true);
  if (!v || v->IsNull()) return;
  field->clear();
  for (const auto& [key, element] : v->AsFields()) (*field)[key] = element.AsString();
}

const hcl::Block* Decoder::Single(const hcl::BodyContent& content, const char* type) {
  std::vector<const hcl::Block*> blocks = content.BlocksOf(type);
  if (blocks.empty()) return nullptr;
  if (blocks.size() > 1) {
    diagnostics_.Error(absl::StrCat("Duplicate ", type, " block"),
                       absl::StrCat("Only one ", type, " block is allowed. Another was defined at ",
                                    hcl::ToString(blocks[0]->def_range), "."),
                       blocks[1]->def_range);
  }
  return blocks[0];
}

const hcl::Block* Decoder::Required(const hcl::BodyContent& content, const char* type) {
  const hcl::Block* block = Single(content, type);
  if (block == nullptr) {
    diagnostics_.Error(absl::StrCat("Missing ", type, " block"), absl::StrCat("A ", type, " block is required."),
                       content.missing_item_range);
  }
  return block;
}

hcl::BodySchema Schema(std::initializer_list<const char*> attributes, std::vector<hcl::BlockSchema> blocks) {
  hcl::BodySchema schema;
  for (std::string name : attributes) {
    bool required = name.ends_with("!");
    if (required) name.pop_back();
    schema.attributes.push_back({name, required});
  }
  schema.blocks = std::move(blocks);
  return schema;
}

}  // namespace waypoint::config
