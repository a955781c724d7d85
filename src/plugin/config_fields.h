// A component's configuration described once: names, types, defaults, documentation. From this come the
// published structure (protostructure with Go-style tags), the documentation of `waypoint docs`, and the
// decoding of the JSON that Configure gets (core-and-plugins.md B11, B12).
//
//   static const ConfigFields<Config>& Fields() {
//     static const auto* fields = new ConfigFields<Config>(ConfigFields<Config>()
//         .Required("image", &Config::image, "Name of the image.")
//         .Optional({"disable_entrypoint", "DisableCEB"}, &Config::disable, "Leave the image as it is.", "false")
//         .Block("auth", &Config::auth, AuthFields(), "Credentials."));
//     return *fields;
//   }
//
// Members: std::string, bool, integers, double, std::vector<T>, std::map<std::string, T>, std::optional<T>
// (a Go pointer: null when unset). Blocks: optional<S> (0-1), S (exactly one), vector<S> (any number).
// Units:   what is unset is the zero value, as Configure sends it; a component applies its defaults itself.
// Threads: immutable after building.
// Errors:  InvalidArgument naming the field.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "plugin/json_value.h"
#include "protostructure/structure.pb.h"
#include "sdk/messages.pb.h"

namespace waypoint::plugin {

// HCL name and Go name; the latter is the JSON key. "static_environment" alone gives StaticEnvironment.
struct FieldName {
  FieldName(const char* hcl_name);  // NOLINT: implicit by design
  FieldName(const char* hcl_name, const char* go_name) : hcl(hcl_name), go(go_name) {}
  std::string hcl, go;
};

namespace internal {

struct Field {
  std::string hcl, go, kind;  // kind: attr, optional, block, label
  std::string synopsis, default_text;
  protostructure::Type type;
  std::vector<Field> block;  // fields of a nested block
  std::function<absl::Status(void* config, const Json& value)> set;
};

absl::Status DecodeFields(const std::vector<Field>& fields, const Json& object, void* config);
void PublishFields(const std::vector<Field>& fields, protostructure::Struct* out);
void DocumentFields(const std::vector<Field>& fields,
                    google::protobuf::Map<std::string, hashicorp::waypoint::sdk::Config::FieldDocumentation>* out);

void PrimitiveType(uint32_t go_kind, protostructure::Type* out);
protostructure::Type* ElementType(uint32_t go_kind, protostructure::Type* out);

absl::Status Decode(const Json& value, std::string* out);
absl::Status Decode(const Json& value, bool* out);
absl::Status Decode(const Json& value, double* out);
absl::Status DecodeInteger(const Json& value, int64_t min, uint64_t max, int64_t* out);

template <std::integral T>
absl::Status Decode(const Json& value, T* out) {
  int64_t number = 0;
  absl::Status status = DecodeInteger(value, static_cast<int64_t>(std::numeric_limits<T>::min()),
                                      static_cast<uint64_t>(std::numeric_limits<T>::max()), &number);
  *out = static_cast<T>(number);
  return status;
}
template <typename T>
absl::Status Decode(const Json& value, std::optional<T>* out);
template <typename T>
absl::Status Decode(const Json& value, std::map<std::string, T>* out);

template <typename T>
absl::Status Decode(const Json& value, std::vector<T>* out) {
  out->clear();
  if (IsNull(value)) return absl::OkStatus();
  if (!value.has_list_value()) return absl::InvalidArgumentError("must be a list");
  for (const Json& item : value.list_value().values()) {
    T element{};
    if (absl::Status status = Decode(item, &element); !status.ok()) return status;
    out->push_back(std::move(element));
  }
  return absl::OkStatus();
}

template <typename T>
absl::Status Decode(const Json& value, std::optional<T>* out) {
  out->reset();
  if (IsNull(value)) return absl::OkStatus();
  return Decode(value, &out->emplace());
}

template <typename T>
absl::Status Decode(const Json& value, std::map<std::string, T>* out) {
  out->clear();
  if (IsNull(value)) return absl::OkStatus();
  if (!value.has_struct_value()) return absl::InvalidArgumentError("must be a map");
  for (const auto& [key, item] : value.struct_value().fields()) {
    if (absl::Status status = Decode(item, &(*out)[key]); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// Numbers of Go's reflect.Kind.
template <typename T>
struct GoType;
template <uint32_t kKind>
struct GoPrimitive {
  static void Describe(protostructure::Type* out) { PrimitiveType(kKind, out); }
};
template <>
struct GoType<bool> : GoPrimitive<1> {};
template <>
struct GoType<int64_t> : GoPrimitive<2> {};  // Go's int
template <>
struct GoType<int32_t> : GoPrimitive<5> {};
template <>
struct GoType<uint64_t> : GoPrimitive<7> {};  // Go's uint
template <>
struct GoType<uint32_t> : GoPrimitive<10> {};
template <>
struct GoType<double> : GoPrimitive<14> {};
template <>
struct GoType<std::string> : GoPrimitive<24> {};
template <typename T>
struct GoType<std::vector<T>> {
  static void Describe(protostructure::Type* out) { GoType<T>::Describe(ElementType(23, out)); }
};
template <typename T>
struct GoType<std::optional<T>> {
  static void Describe(protostructure::Type* out) { GoType<T>::Describe(ElementType(22, out)); }
};
template <typename T>
struct GoType<std::map<std::string, T>> {
  static void Describe(protostructure::Type* out) {
    GoType<T>::Describe(ElementType(21, out));
    PrimitiveType(24, out->mutable_container()->mutable_key());
  }
};

}  // namespace internal

template <typename C>
class ConfigFields {
 public:
  template <typename T>
  ConfigFields& Required(FieldName name, T C::*member, std::string synopsis) {
    return Add(std::move(name), "attr", member, std::move(synopsis), "");
  }
  template <typename T>
  ConfigFields& Optional(FieldName name, T C::*member, std::string synopsis, std::string default_text = "") {
    return Add(std::move(name), "optional", member, std::move(synopsis), std::move(default_text));
  }
  // A label of the block these fields describe, in order of declaration.
  ConfigFields& Label(FieldName name, std::string C::*member, std::string synopsis) {
    return Add(std::move(name), "label", member, std::move(synopsis), "");
  }

  template <typename S>
  ConfigFields& Block(FieldName name, S C::*member, const ConfigFields<S>& inner, std::string synopsis) {
    protostructure::Type type;
    return AddBlock(std::move(name), type.mutable_struct_(), type, inner, std::move(synopsis),
                    [member, fields = inner.fields()](void* config, const Json& value) {
                      return internal::DecodeFields(fields, value, &(static_cast<C*>(config)->*member));
                    });
  }
  template <typename S>
  ConfigFields& Block(FieldName name, std::optional<S> C::*member, const ConfigFields<S>& inner, std::string synopsis) {
    protostructure::Type type;
    auto* target = internal::ElementType(22, &type)->mutable_struct_();
    return AddBlock(std::move(name), target, type, inner, std::move(synopsis),
                    [member, fields = inner.fields()](void* config, const Json& value) -> absl::Status {
                      auto& out = static_cast<C*>(config)->*member;
                      out.reset();
                      if (IsNull(value)) return absl::OkStatus();
                      return internal::DecodeFields(fields, value, &out.emplace());
                    });
  }
  template <typename S>
  ConfigFields& Block(FieldName name, std::vector<S> C::*member, const ConfigFields<S>& inner, std::string synopsis) {
    protostructure::Type type;
    auto* target = internal::ElementType(22, internal::ElementType(23, &type))->mutable_struct_();
    return AddBlock(std::move(name), target, type, inner, std::move(synopsis),
                    [member, fields = inner.fields()](void* config, const Json& value) -> absl::Status {
                      auto& out = static_cast<C*>(config)->*member;
                      out.clear();
                      if (IsNull(value)) return absl::OkStatus();
                      for (const Json& item : value.list_value().values()) {
                        absl::Status status = internal::DecodeFields(fields, item, &out.emplace_back());
                        if (!status.ok()) return status;
                      }
                      return absl::OkStatus();
                    });
  }

  const std::vector<internal::Field>& fields() const { return fields_; }

 private:
  template <typename T>
  ConfigFields& Add(FieldName name, const char* kind, T C::*member, std::string synopsis, std::string default_text) {
    internal::Field field{name.hcl, name.go, kind, std::move(synopsis), std::move(default_text), {}, {}, {}};
    internal::GoType<T>::Describe(&field.type);
    field.set = [member](void* config, const Json& value) {
      using internal::Decode;  // or the one of the member's own namespace
      return IsNull(value) ? absl::OkStatus() : Decode(value, &(static_cast<C*>(config)->*member));
    };
    fields_.push_back(std::move(field));
    return *this;
  }
  template <typename S>
  ConfigFields& AddBlock(FieldName name, protostructure::Struct* target, protostructure::Type& type,
                         const ConfigFields<S>& inner, std::string synopsis,
                         std::function<absl::Status(void*, const Json&)> set) {
    internal::PublishFields(inner.fields(), target);
    fields_.push_back(
        {name.hcl, name.go, "block", std::move(synopsis), "", std::move(type), inner.fields(), std::move(set)});
    return *this;
  }

  std::vector<internal::Field> fields_;
};

}  // namespace waypoint::plugin
