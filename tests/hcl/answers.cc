#include "hcl/answers.h"

#include <algorithm>

#include "hcl/native_body.h"
#include "hcl/parse.h"

namespace waypoint::hcl::testing {
namespace {

Json SortedSet(Json list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
  return list;
}

Json Failed(const char* stage, const Diagnostics& diagnostics) {
  return {{"stage", stage}, {"diags", EncodeDiagnostics(diagnostics)}};
}

Json Steps(const TraversalSteps& steps) {
  Json out = Json::array();
  for (const TraversalStep& step : steps) {
    Json row{{"range", ToJson(step.range.span)}};
    if (step.kind == StepKind::kRoot) {
      row["root"] = step.name;
    } else if (step.kind == StepKind::kAttr) {
      row["attr"] = step.name;
    } else {
      row["index"] = EncodeValue(step.key);
    }
    out.push_back(row);
  }
  return out;
}

void Evaluate(const Expression& expr, const EvalContext* context, Json& out) {
  Diagnostics diagnostics;
  const Value value = expr.Evaluate(context, diagnostics);
  if (diagnostics.HasErrors()) {
    out["diags"] = EncodeDiagnostics(diagnostics);
    return;
  }
  out["value"] = EncodeValue(value);
  out["type"] = EncodeType(value.type());
}

Json AnswerExpression(const Json& request, const EvalContext* context) {
  const bool is_template = request["kind"] == "template";
  Diagnostics diagnostics;
  const SourcePtr source = MakeSource("input.hcl", Bytes(request));
  const Expression expr = is_template ? ParseTemplate(source, diagnostics) : ParseExpression(source, diagnostics);
  if (diagnostics.HasErrors()) return Failed("parse", diagnostics);
  Json out;
  Evaluate(expr, context, out);
  if (out.contains("diags")) out["stage"] = "eval";
  if (request.value("refs", false)) {
    Json refs = Json::array();
    for (const TraversalSteps& steps : expr.Variables()) refs.push_back(Steps(steps));
    out["refs"] = SortedSet(refs);
  }
  return out;
}

Json AnswerTraversal(const Json& request) {
  Diagnostics diagnostics;
  const TraversalSteps steps = ParseTraversal(MakeSource("input.hcl", Bytes(request)), diagnostics);
  if (diagnostics.HasErrors()) return Failed("parse", diagnostics);
  return {{"steps", Steps(steps)}};
}

Json EncodeBody(const DocumentPtr& document, const BodyNode& body, const EvalContext* context);

Json EncodeItem(const DocumentPtr& document, const AttributeNode& node, const EvalContext* context) {
  Json out{{"attr", std::string(node.name)},
           {"name_range", ToJson(node.name_span)},
           {"equals_range", ToJson(node.equals_span)},
           {"expr_range", ToJson(node.expr->span)},
           {"range", ToJson(node.span)}};
  Evaluate(Expression(document, node.expr), context, out);
  return out;
}

Json EncodeItem(const DocumentPtr& document, const BlockNode& node, const EvalContext* context) {
  Json labels = Json::array(), ranges = Json::array();
  for (std::string_view label : node.labels) labels.push_back(std::string(label));
  for (const Span& span : node.label_spans) ranges.push_back(ToJson(span));
  return {{"block", std::string(node.type)},
          {"labels", labels},
          {"label_ranges", ranges},
          {"type_range", ToJson(node.type_span)},
          {"open_range", ToJson(node.open_span)},
          {"close_range", ToJson(node.close_span)},
          {"def_range", ToJson(Join(node.type_span, node.open_span))},
          {"range", ToJson(node.span())},
          {"body", EncodeBody(document, *node.body, context)}};
}

Json EncodeBody(const DocumentPtr& document, const BodyNode& body, const EvalContext* context) {
  Json items = Json::array();
  for (const BodyItem& item : body.items) {
    items.push_back(item.attribute ? EncodeItem(document, *item.attribute, context)
                                   : EncodeItem(document, *item.block, context));
  }
  return {{"items", items}, {"range", ToJson(body.span)}, {"end_range", ToJson(body.end_span)}};
}

Json AnswerBody(const Json& request, const EvalContext* context) {
  Diagnostics diagnostics;
  const BodyPtr body = ParseNative(MakeSource("input.hcl", Bytes(request)), diagnostics);
  if (diagnostics.HasErrors()) return Failed("parse", diagnostics);
  const auto& native = dynamic_cast<const NativeBody&>(*body);
  return {{"body", EncodeBody(native.document(), *native.node(), context)}};
}

Json EncodeAttributes(const Attributes& attributes, const EvalContext* context) {
  Json out = Json::array();
  for (const auto& [name, attribute] : attributes) {
    Json row{{"attr", name},
             {"expr_range", ToJson(attribute.expr.range().span)},
             {"name_range", ToJson(attribute.name_range.span)},
             {"range", ToJson(attribute.range.span)}};
    Evaluate(attribute.expr, context, row);
    out.push_back(row);
  }
  return out;
}

BodySchema DecodeSchema(const Json& json) {
  BodySchema schema;
  if (json.contains("attrs") && json["attrs"].is_array()) {
    for (const Json& attr : json["attrs"]) schema.attributes.push_back({attr["name"], attr.value("required", false)});
  }
  if (json.contains("blocks") && json["blocks"].is_array()) {
    for (const Json& block : json["blocks"]) {
      BlockSchema row{block["type"], {}};
      if (block.contains("labels") && block["labels"].is_array())
        row.labels = block["labels"].get<std::vector<std::string>>();
      schema.blocks.push_back(row);
    }
  }
  return schema;
}

Json Decode(const Body& body, const Json& schema, const EvalContext* context) {
  Diagnostics diagnostics;
  Json out;
  if (schema.value("just_attributes", false)) {
    out["attrs"] = EncodeAttributes(body.JustAttributes(diagnostics), context);
  } else {
    const BodySchema wanted = DecodeSchema(schema);
    const BodyContent content = schema.value("partial", false) ? body.PartialContent(wanted, diagnostics, nullptr)
                                                               : body.Content(wanted, diagnostics);
    out["attrs"] = EncodeAttributes(content.attributes, context);
    out["blocks"] = Json::array();
    out["missing_range"] = ToJson(content.missing_item_range.span);
    for (const Block& block : content.blocks) {
      Json ranges = Json::array();
      for (const Range& range : block.label_ranges) ranges.push_back(ToJson(range.span));
      Json row{{"block", block.type},
               {"labels", block.labels},
               {"label_ranges", ranges},
               {"type_range", ToJson(block.type_range.span)},
               {"def_range", ToJson(block.def_range.span)}};
      for (const Json& inner : schema.value("blocks", Json::array())) {
        if (inner["type"] == block.type && inner.contains("body"))
          row["body"] = Decode(*block.body, inner["body"], context);
        if (inner["type"] == block.type && !inner.contains("body"))
          row["body"] = Decode(*block.body, {{"just_attributes", true}}, context);
      }
      out["blocks"].push_back(row);
    }
  }
  if (!diagnostics.empty()) out["diags"] = EncodeDiagnostics(diagnostics);
  return out;
}

Json AnswerSchema(const Json& request, const EvalContext* context) {
  Diagnostics diagnostics;
  const SourcePtr source = MakeSource("input", Bytes(request));
  const BodyPtr body = request["kind"] == "json" ? ParseJson(source, diagnostics) : ParseNative(source, diagnostics);
  if (diagnostics.HasErrors()) return Failed("parse", diagnostics);
  return {{"body", Decode(*body, request["schema"], context)}};
}

// Values and diagnostics wherever they occur below.
Json Normalize(const Json& json) {
  if (json.is_array()) {
    Json out = Json::array();
    for (const Json& element : json) out.push_back(Normalize(element));
    return out;
  }
  if (!json.is_object()) return json;
  Json out = Json::object();
  for (const auto& [name, field] : json.items()) {
    if (name == "diags") {
      out[name] = SortedSet(field);
    } else if (name == "refs") {
      out[name] = SortedSet(Normalize(field));
    } else if (name == "value" && json.contains("type")) {
      out[name] = NormalizeValue(field, DecodeType(json["type"]));
    } else if (name == "index") {
      const bool number = field.is_number() || (field.is_string() && field.get<std::string>().front() == kNumberMark);
      out[name] = NormalizeValue(field, number ? Type::Number() : Type::String());
    } else {
      out[name] = name == "type" ? field : Normalize(field);
    }
  }
  return out;
}

}  // namespace

Json EncodeDiagnostics(const Diagnostics& diagnostics) {
  Json out = Json::array();
  for (const Diagnostic& diagnostic : diagnostics) {
    Json row{{"severity", diagnostic.severity == Severity::kError ? "error" : "warning"},
             {"summary", diagnostic.summary}};
    if (diagnostic.subject) row["subject"] = ToJson(diagnostic.subject->span);
    out.push_back(row);
  }
  return SortedSet(out);
}

Json Answer(const Json& request, const Contexts& contexts) {
  const std::string kind = request["kind"];
  if (kind == "traversal") return AnswerTraversal(request);
  const EvalContext* context = contexts.Find(request);
  if (kind == "body") return AnswerBody(request, context);
  if (kind == "schema" || kind == "json") return AnswerSchema(request, context);
  return AnswerExpression(request, context);
}

Json Expected(const Json& request) { return Normalize(request["want"]); }

}  // namespace waypoint::hcl::testing
