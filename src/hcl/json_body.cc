#include "hcl/json_body.h"

#include "hcl/evaluator.h"
#include "hcl/text.h"
#include "hcl/traverse.h"

namespace waypoint::hcl {

namespace {

constexpr char kWrongType[] = "Incorrect JSON value type";
constexpr std::string_view kComment = "//";

bool IsNull(const Expr& value) {
  return value.kind == ExprKind::kLiteral && As<LiteralExpr>(value).literal == LiteralKind::kNull;
}

}  // namespace

Attribute JsonBody::Make(const JsonProperty& property) const {
  return {std::string(property.name), Expression(document_, property.value),
          At(Join(property.name_span, property.value->span)), At(property.name_span)};
}

Range JsonBody::MissingItemRange() const {
  if (value_->kind == ExprKind::kJsonObject) return At(As<JsonObjectExpr>(*value_).close_span);
  return At(StartOf(*value_));
}

// Of an object, or of all objects in an array. `purpose` ends the sentence of an error.
std::vector<JsonProperty> JsonBody::Properties(const Expr& value, std::string_view purpose,
                                               Diagnostics& diagnostics) const {
  std::vector<JsonProperty> out;
  const auto add = [&](const Expr& object) {
    const auto& properties = As<JsonObjectExpr>(object).properties;
    out.insert(out.end(), properties.begin(), properties.end());
  };
  if (value.kind == ExprKind::kJsonObject) {
    add(value);
  } else if (value.kind == ExprKind::kTuple) {
    for (const Expr* item : As<TupleExpr>(value).items) {
      if (item->kind == ExprKind::kJsonObject) {
        add(*item);
      } else {
        diagnostics.Error(kWrongType, Cat("An object is required here, ", purpose, "."), At(StartOf(*item)));
      }
    }
  } else if (!IsNull(value)) {
    diagnostics.Error(kWrongType, Cat("An object or an array of objects is required here, ", purpose, "."),
                      At(StartOf(value)));
  }
  return out;
}

BodyContent JsonBody::PartialContent(const BodySchema& schema, Diagnostics& diagnostics, BodyPtr* remain) const {
  BodyContent content;
  content.missing_item_range = MissingItemRange();
  std::set<std::string, std::less<>> used = hidden_;
  for (const JsonProperty& property : Properties(*value_, "with arguments and blocks", diagnostics)) {
    if (hidden_.contains(property.name)) continue;
    if (schema.Attribute(property.name) != nullptr) {
      if (const Attribute* first = content.Find(property.name)) {
        diagnostics.Error("Duplicate argument",
                          Cat("\"", property.name, "\" was already set on line ", first->range.start().line, "."),
                          At(property.name_span), At(property.name_span));
        continue;
      }
      content.attributes.emplace(std::string(property.name), Make(property));
      used.emplace(property.name);
    } else if (const BlockSchema* block = schema.Block(property.name)) {
      Labels labels;
      Unpack(*property.value, *block, property.name_span, labels, content.blocks, diagnostics);
      used.emplace(property.name);
    }
  }
  for (const AttributeSchema& attribute : schema.attributes) {
    if (!attribute.required || content.Find(attribute.name) != nullptr) continue;
    diagnostics.Error("Missing required argument", Cat("The argument \"", attribute.name, "\" must be set here."),
                      content.missing_item_range);
  }
  if (remain != nullptr) {
    auto rest = std::make_shared<JsonBody>(*this);
    rest->hidden_ = std::move(used);
    *remain = std::move(rest);
  }
  return content;
}

BodyContent JsonBody::Content(const BodySchema& schema, Diagnostics& diagnostics) const {
  BodyContent content = PartialContent(schema, diagnostics, nullptr);
  std::vector<std::string> names;
  for (const AttributeSchema& attribute : schema.attributes) names.push_back(attribute.name);
  for (const BlockSchema& block : schema.blocks) names.push_back(block.type);
  Diagnostics reported_before;
  for (const JsonProperty& property : Properties(*value_, "", reported_before)) {
    if (property.name == kComment || hidden_.contains(property.name)) continue;
    if (schema.Attribute(property.name) != nullptr || schema.Block(property.name) != nullptr) continue;
    diagnostics.Error(
        "Extraneous JSON object property",
        Cat("There is no argument or block named \"", property.name, "\".", Suggest(property.name, names)),
        At(property.name_span), At(property.name_span));
  }
  return content;
}

Attributes JsonBody::JustAttributes(Diagnostics& diagnostics) const {
  Attributes out;
  if (value_->kind != ExprKind::kJsonObject) {
    diagnostics.Error(kWrongType, "An object is required here, with the arguments.", At(StartOf(*value_)));
    return out;
  }
  for (const JsonProperty& property : As<JsonObjectExpr>(*value_).properties) {
    if (property.name == kComment || hidden_.contains(property.name)) continue;
    const auto [at, fresh] = out.emplace(std::string(property.name), Make(property));
    if (!fresh) {
      diagnostics.Error("Duplicate attribute definition",
                        Cat("\"", property.name, "\" was already set on line ", at->second.range.start().line, "."),
                        At(property.name_span));
    }
  }
  return out;
}

// One object level for each label that is still due, then the blocks.
void JsonBody::Unpack(const Expr& value, const BlockSchema& schema, const Span& type_span, Labels& labels,
                      std::vector<Block>& blocks, Diagnostics& diagnostics) const {
  if (labels.names.size() < schema.labels.size()) {
    return UnpackLabel(value, schema, type_span, labels, blocks, diagnostics);
  }
  const auto add = [&](const Expr& content) {
    blocks.push_back({schema.type, labels.names, std::make_shared<JsonBody>(document_, &content), At(StartOf(value)),
                      At(type_span), labels.ranges});
  };
  if (value.kind == ExprKind::kJsonObject) {
    add(value);
  } else if (value.kind == ExprKind::kTuple) {
    for (const Expr* item : As<TupleExpr>(value).items) add(*item);
  } else if (!IsNull(value)) {
    diagnostics.Error(kWrongType,
                      Cat("An object or an array is required here, with the content of \"", schema.type, "\" blocks."),
                      At(StartOf(value)));
  }
}

void JsonBody::UnpackLabel(const Expr& value, const BlockSchema& schema, const Span& type_span, Labels& labels,
                           std::vector<Block>& blocks, Diagnostics& diagnostics) const {
  const std::string& label = schema.labels[labels.names.size()];
  const std::vector<JsonProperty> properties =
      Properties(value, Cat("whose properties are the ", label, " of each block"), diagnostics);
  if (properties.empty()) {
    diagnostics.Error(
        "Missing block label",
        Cat("At least one property is required here: its name is the ", label, " of the \"", schema.type, "\" block."),
        At(StartOf(value)));
    return;
  }
  for (const JsonProperty& property : properties) {
    labels.names.emplace_back(property.name);
    labels.ranges.push_back(At(property.name_span));
    Unpack(*property.value, schema, type_span, labels, blocks, diagnostics);
    labels.names.pop_back();
    labels.ranges.pop_back();
  }
}

}  // namespace waypoint::hcl
