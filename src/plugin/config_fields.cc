#include "plugin/config_fields.h"

#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace waypoint::plugin {
namespace {

std::string CamelCase(absl::string_view name) {
  std::string out;
  bool upper = true;
  for (char c : name) {
    if (c == '_') {
      upper = true;
      continue;
    }
    out += upper ? absl::ascii_toupper(c) : c;
    upper = false;
  }
  return out;
}

std::string Tag(const internal::Field& field) {
  if (field.kind == "attr") return absl::StrCat("hcl:\"", field.hcl, "\"");
  return absl::StrCat("hcl:\"", field.hcl, ",", field.kind, "\"");
}

absl::string_view KindName(uint32_t go_kind) {
  switch (go_kind) {
    case 1:
      return "bool";
    case 2:
      return "int";
    case 5:
      return "int32";
    case 6:
      return "int64";
    case 7:
      return "uint";
    case 10:
      return "uint32";
    case 11:
      return "uint64";
    case 14:
      return "float64";
    case 24:
      return "string";
    default:
      return "value";
  }
}

std::string TypeText(const protostructure::Type& type) {
  if (type.has_primitive()) return std::string(KindName(type.primitive().kind()));
  if (!type.has_container()) return "category";
  const std::string element = TypeText(type.container().elem());
  switch (type.container().kind()) {
    case 21:
      return absl::StrCat("map of ", TypeText(type.container().key()), " to ", element);
    case 23:
      return absl::StrCat("list of ", element);
    default:
      return element;
  }
}

}  // namespace

FieldName::FieldName(const char* hcl_name) : hcl(hcl_name), go(CamelCase(hcl_name)) {}

namespace internal {

void PrimitiveType(uint32_t go_kind, protostructure::Type* out) { out->mutable_primitive()->set_kind(go_kind); }

protostructure::Type* ElementType(uint32_t go_kind, protostructure::Type* out) {
  out->mutable_container()->set_kind(go_kind);
  return out->mutable_container()->mutable_elem();
}

absl::Status Decode(const Json& value, std::string* out) {
  out->clear();
  if (IsNull(value)) return absl::OkStatus();
  if (value.kind_case() != Json::kStringValue) return absl::InvalidArgumentError("must be a string");
  *out = value.string_value();
  return absl::OkStatus();
}

absl::Status Decode(const Json& value, bool* out) {
  *out = false;
  if (IsNull(value)) return absl::OkStatus();
  if (value.kind_case() != Json::kBoolValue) return absl::InvalidArgumentError("must be true or false");
  *out = value.bool_value();
  return absl::OkStatus();
}

absl::Status Decode(const Json& value, double* out) {
  *out = 0;
  if (IsNull(value)) return absl::OkStatus();
  if (value.kind_case() != Json::kNumberValue) return absl::InvalidArgumentError("must be a number");
  *out = value.number_value();
  return absl::OkStatus();
}

absl::Status DecodeInteger(const Json& value, int64_t min, uint64_t max, int64_t* out) {
  double number = 0;
  RETURN_IF_ERROR(Decode(value, &number));
  if (number != std::floor(number)) return absl::InvalidArgumentError("must be a whole number");
  if (number < static_cast<double>(min) || number > static_cast<double>(max) || number >= 9223372036854775808.0) {
    return absl::InvalidArgumentError(absl::StrCat("must be between ", min, " and ", max));
  }
  *out = static_cast<int64_t>(number);
  return absl::OkStatus();
}

absl::Status DecodeFields(const std::vector<Field>& fields, const Json& object, void* config) {
  if (!object.has_struct_value()) return absl::InvalidArgumentError("must be an object");
  for (const auto& [key, value] : object.struct_value().fields()) {
    for (const Field& field : fields) {
      if (!absl::EqualsIgnoreCase(field.go, key)) continue;
      RETURN_IF_ERROR(Annotate(field.set(config, value), field.hcl));
    }
  }
  return absl::OkStatus();
}

void PublishFields(const std::vector<Field>& fields, protostructure::Struct* out) {
  for (const Field& field : fields) {
    auto* published = out->add_fields();
    published->set_name(field.go);
    published->set_tag(Tag(field));
    *published->mutable_type() = field.type;
  }
}

void DocumentFields(const std::vector<Field>& fields,
                    google::protobuf::Map<std::string, hashicorp::waypoint::sdk::Config::FieldDocumentation>* out) {
  for (const Field& field : fields) {
    auto& doc = (*out)[field.hcl];
    doc.set_name(field.hcl);
    doc.set_synopsis(field.synopsis);
    doc.set_optional(field.kind != "attr" && field.kind != "label");
    doc.set_default_(field.default_text);
    doc.set_type(TypeText(field.type));
    doc.set_category(field.kind == "block");
    google::protobuf::Map<std::string, hashicorp::waypoint::sdk::Config::FieldDocumentation> inner;
    DocumentFields(field.block, &inner);
    for (const Field& sub : field.block) *doc.add_sub_fields() = inner[sub.hcl];
  }
}

}  // namespace internal
}  // namespace waypoint::plugin
