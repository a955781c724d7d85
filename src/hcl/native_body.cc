#include "hcl/native_body.h"

#include <algorithm>

#include "hcl/text.h"
#include "hcl/traverse.h"

namespace waypoint::hcl {

namespace {

std::string JoinNames(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

}  // namespace

const AttributeSchema* BodySchema::Attribute(std::string_view name) const {
  const auto found =
      std::find_if(attributes.begin(), attributes.end(), [&](const auto& schema) { return schema.name == name; });
  return found == attributes.end() ? nullptr : &*found;
}

const BlockSchema* BodySchema::Block(std::string_view type) const {
  const auto found =
      std::find_if(blocks.begin(), blocks.end(), [&](const auto& schema) { return schema.type == type; });
  return found == blocks.end() ? nullptr : &*found;
}

const Attribute* BodyContent::Find(std::string_view name) const {
  const auto found = attributes.find(name);
  return found == attributes.end() ? nullptr : &found->second;
}

std::vector<const Block*> BodyContent::BlocksOf(std::string_view type) const {
  std::vector<const Block*> out;
  for (const Block& block : blocks) {
    if (block.type == type) out.push_back(&block);
  }
  return out;
}

Attribute NativeBody::Make(const AttributeNode& node) const {
  return {std::string(node.name), Expression(document_, node.expr), At(node.span), At(node.name_span)};
}

Block NativeBody::Make(const BlockNode& node) const {
  Block block;
  block.type = std::string(node.type);
  for (std::string_view label : node.labels) block.labels.emplace_back(label);
  block.body = std::make_shared<NativeBody>(document_, node.body);
  block.def_range = At(node.header_span());
  block.type_range = At(node.type_span);
  for (const Span& span : node.label_spans) block.label_ranges.push_back(At(span));
  return block;
}

Range NativeBody::MissingItemRange() const { return At(Span{node_->span.start, node_->span.start}); }

Attributes NativeBody::JustAttributes(Diagnostics& diagnostics) const {
  Attributes out;
  bool reported = false;
  for (const BodyItem& item : node_->items) {
    if (item.attribute != nullptr && !hidden_attributes_.contains(item.attribute->name)) {
      out.emplace(std::string(item.attribute->name), Make(*item.attribute));
    }
    if (item.block != nullptr && !hidden_blocks_.contains(item.block->type) && !reported) {
      reported = true;
      diagnostics.Error(Cat("Unexpected \"", item.block->type, "\" block"), "No blocks are allowed here.",
                        At(item.block->type_span));
    }
  }
  return out;
}

// Too many or too few labels make a block unusable.
bool NativeBody::CheckLabels(const BlockNode& block, const BlockSchema& schema, Diagnostics& diagnostics) const {
  const size_t got = block.labels.size(), want = schema.labels.size();
  const Range header = At(Join(block.type_span, block.open_span));
  if (got > want) {
    const std::string detail =
        want == 0 ? Cat("A \"", block.type, "\" block has no labels.")
                  : Cat("A \"", block.type, "\" block has ", want, " label(s) only: ", JoinNames(schema.labels), ".");
    diagnostics.Error(Cat("Extraneous label for ", block.type), detail, At(block.label_spans[want]), header);
    return false;
  }
  if (got < want) {
    diagnostics.Error(Cat("Missing ", schema.labels[got], " for ", block.type),
                      Cat("A \"", block.type, "\" block has ", want, " label(s): ", JoinNames(schema.labels), "."),
                      At(block.open_span), header);
    return false;
  }
  return true;
}

BodyContent NativeBody::PartialContent(const BodySchema& schema, Diagnostics& diagnostics, BodyPtr* remain) const {
  BodyContent content;
  content.missing_item_range = MissingItemRange();
  for (const BodyItem& item : node_->items) {
    if (item.attribute != nullptr) {
      const std::string_view name = item.attribute->name;
      if (schema.Attribute(name) != nullptr && !hidden_attributes_.contains(name)) {
        content.attributes.emplace(std::string(name), Make(*item.attribute));
      }
      continue;
    }
    const BlockSchema* block_schema = schema.Block(item.block->type);
    if (block_schema == nullptr || hidden_blocks_.contains(item.block->type)) continue;
    if (CheckLabels(*item.block, *block_schema, diagnostics)) content.blocks.push_back(Make(*item.block));
  }
  for (const AttributeSchema& attribute : schema.attributes) {
    if (!attribute.required || content.Find(attribute.name) != nullptr) continue;
    diagnostics.Error("Missing required argument", Cat("The argument \"", attribute.name, "\" must be set here."),
                      content.missing_item_range);
  }
  if (remain != nullptr) {
    auto rest = std::make_shared<NativeBody>(*this);
    for (const auto& [name, unused] : content.attributes) rest->hidden_attributes_.insert(name);
    for (const BlockSchema& block : schema.blocks) rest->hidden_blocks_.insert(block.type);
    *remain = std::move(rest);
  }
  return content;
}

void NativeBody::ReportUnsupported(const BodySchema& schema, const BodyContent& content, const AttributeNode& attribute,
                                   Diagnostics& diagnostics) const {
  std::vector<std::string> names;
  for (const AttributeSchema& known : schema.attributes) {
    if (content.Find(known.name) == nullptr) names.push_back(known.name);
  }
  std::string hint = Suggest(attribute.name, names);
  if (hint.empty() && schema.Block(attribute.name) != nullptr) {
    hint = Cat(" Did you mean to write a block of the type \"", attribute.name, "\"?");
  }
  diagnostics.Error("Unsupported argument",
                    Cat("An argument named \"", attribute.name, "\" is not expected here.", hint),
                    At(attribute.name_span));
}

void NativeBody::ReportUnsupported(const BodySchema& schema, const BlockNode& block, Diagnostics& diagnostics) const {
  std::vector<std::string> names;
  for (const BlockSchema& known : schema.blocks) names.push_back(known.type);
  std::string hint = Suggest(block.type, names);
  if (hint.empty() && schema.Attribute(block.type) != nullptr) {
    hint = Cat(" Did you mean to set the argument \"", block.type, "\"? Then write an equals sign before its value.");
  }
  diagnostics.Error("Unsupported block type",
                    Cat("Blocks of the type \"", block.type, "\" are not expected here.", hint), At(block.type_span));
}

BodyContent NativeBody::Content(const BodySchema& schema, Diagnostics& diagnostics) const {
  BodyContent content = PartialContent(schema, diagnostics, nullptr);
  for (const BodyItem& item : node_->items) {
    if (item.attribute != nullptr) {
      const AttributeNode& attribute = *item.attribute;
      if (schema.Attribute(attribute.name) == nullptr && !hidden_attributes_.contains(attribute.name)) {
        ReportUnsupported(schema, content, attribute, diagnostics);
      }
    } else if (schema.Block(item.block->type) == nullptr && !hidden_blocks_.contains(item.block->type)) {
      ReportUnsupported(schema, *item.block, diagnostics);
    }
  }
  return content;
}

const BodyNode* NativeNode(const Body& body) {
  const auto* native = dynamic_cast<const NativeBody*>(&body);
  return native == nullptr ? nullptr : native->node();
}

}  // namespace waypoint::hcl
