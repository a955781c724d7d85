#include "config/use_decoder.h"

#include "absl/strings/str_cat.h"
#include "config/decode.h"
#include "config/go_struct.h"
#include "hcl/functions/json_text.h"

namespace waypoint::config {
namespace {

// The struct a block field stands for: itself, or what a pointer or slice holds.
const ps::Struct* BlockStruct(const ps::Type& type) {
  if (type.has_struct_()) return &type.struct_();
  return type.has_container() && type.container().has_elem() ? BlockStruct(type.container().elem()) : nullptr;
}

std::vector<std::string> LabelNames(const ps::Struct& structure) {
  std::vector<std::string> names;
  for (const auto& field : structure.fields()) {
    HclTag tag = HclTagOf(field);
    if (tag.role == FieldRole::kLabel) names.push_back(tag.name.empty() ? field.name() : tag.name);
  }
  return names;
}

class StructDecoder {
 public:
  StructDecoder(const hcl::EvalContext* context, hcl::Diagnostics& diagnostics) : decoder_(context, diagnostics) {}

  std::string Decode(const hcl::Body& body, const std::vector<std::string>& labels, const ps::Struct& structure) {
    bool rest = false;
    hcl::BodySchema schema = SchemaOf(structure, rest);
    hcl::BodyContent content = rest ? body.PartialContent(schema, decoder_.diagnostics(), nullptr)
                                    : body.Content(schema, decoder_.diagnostics());
    std::string out = "{";
    size_t next_label = 0;
    for (const auto& field : structure.fields()) {
      HclTag tag = HclTagOf(field);
      std::string text;
      if (tag.role == FieldRole::kLabel) {
        text = next_label < labels.size() ? hcl::JsonString(labels[next_label]) : ZeroJson(field.type());
        ++next_label;
      } else {
        text = FieldJson(content, field, tag);
      }
      JsonTag json = JsonTagOf(field);
      bool empty = text == ZeroJson(field.type()) || text == "[]" || text == "{}";
      if (json.omit || (json.omit_empty && empty && KindOf(field.type()) != GoKind::kStruct)) continue;
      absl::StrAppend(&out, out.size() > 1 ? "," : "", hcl::JsonString(json.name), ":", text);
    }
    return out + "}";
  }

 private:
  static hcl::BodySchema SchemaOf(const ps::Struct& structure, bool& rest) {
    hcl::BodySchema schema;
    for (const auto& field : structure.fields()) {
      HclTag tag = HclTagOf(field);
      if (tag.role == FieldRole::kRest) rest = true;
      if (tag.role == FieldRole::kAttribute || tag.role == FieldRole::kOptional) {
        bool pointer = KindOf(field.type()) == GoKind::kPointer;
        schema.attributes.push_back({tag.name, tag.role == FieldRole::kAttribute && !pointer});
      }
      if (tag.role != FieldRole::kBlock) continue;
      const ps::Struct* inner = BlockStruct(field.type());
      schema.blocks.push_back({tag.name, inner == nullptr ? std::vector<std::string>() : LabelNames(*inner)});
    }
    return schema;
  }

  std::string FieldJson(const hcl::BodyContent& content, const ps::Struct::Field& field, const HclTag& tag) {
    switch (tag.role) {
      case FieldRole::kAttribute:
      case FieldRole::kOptional:
        return AttributeJson(content, field, tag.name);
      case FieldRole::kBlock:
        return BlockJson(content, field, tag.name);
      default:
        return ZeroJson(field.type());
    }
  }

  std::string AttributeJson(const hcl::BodyContent& content, const ps::Struct::Field& field, const std::string& name) {
    const hcl::Attribute* attribute = content.Find(name);
    if (attribute == nullptr) return ZeroJson(field.type());
    std::optional<hcl::Value> value = decoder_.Read(attribute->expr, AttributeType(field.type()), true);
    if (!value) return ZeroJson(field.type());
    if (!value->IsWhollyKnown()) {
      decoder_.Unsuitable(attribute->expr, "value must be known");
      return ZeroJson(field.type());
    }
    absl::StatusOr<std::string> json = GoJson(*value, field.type());
    if (json.ok()) return *json;
    decoder_.Unsuitable(attribute->expr, std::string(json.status().message()));
    return ZeroJson(field.type());
  }

  std::string BlockJson(const hcl::BodyContent& content, const ps::Struct::Field& field, const std::string& name) {
    const ps::Struct* inner = BlockStruct(field.type());
    if (inner == nullptr) return ZeroJson(field.type());
    if (KindOf(field.type()) == GoKind::kSlice) {
      std::string out;
      for (const hcl::Block* block : content.BlocksOf(name)) {
        absl::StrAppend(&out, out.empty() ? "[" : ",", Decode(*block->body, block->labels, *inner));
      }
      return out.empty() ? "null" : out + "]";
    }
    bool required = KindOf(field.type()) == GoKind::kStruct;
    const hcl::Block* block =
        required ? decoder_.Required(content, name.c_str()) : decoder_.Single(content, name.c_str());
    return block == nullptr ? ZeroJson(field.type()) : Decode(*block->body, block->labels, *inner);
  }

  Decoder decoder_;
};

}  // namespace

std::string DecodeUseBody(const hcl::Body& body, const protostructure::Struct& structure,
                          const hcl::EvalContext* context, hcl::Diagnostics& diagnostics) {
  return StructDecoder(context, diagnostics).Decode(body, {}, structure);
}

}  // namespace waypoint::config
