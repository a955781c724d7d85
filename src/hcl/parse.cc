#include "hcl/parse.h"

#include "hcl/json_body.h"
#include "hcl/json_parser.h"
#include "hcl/native_body.h"
#include "hcl/parser.h"
#include "hcl/references.h"
#include "hcl/text.h"

namespace waypoint::hcl {
namespace {

// Replaces a text that is too large for our positions by an empty one, with an error.
SourcePtr CheckSize(SourcePtr source, Diagnostics& diagnostics) {
  if (source->text.size() <= kMaxSourceBytes) return source;
  diagnostics.Error("File too large", Cat(source->name, " has more than ", kMaxSourceBytes >> 20, " MiB."));
  return MakeSource(source->name, "");
}

Parser MakeParser(Document& document, ScanMode mode, Diagnostics& diagnostics) {
  return Parser(document.arena, document.source, document.source->text, mode, Pos{}, diagnostics);
}

std::shared_ptr<Document> ParseJsonDocument(SourcePtr source, Diagnostics& diagnostics) {
  auto document = std::make_shared<Document>(CheckSize(std::move(source), diagnostics));
  document->json = true;
  document->expr = JsonParser(document->arena, document->source, diagnostics).Parse();
  return document;
}

}  // namespace

BodyPtr ParseNative(SourcePtr source, Diagnostics& diagnostics) {
  auto document = std::make_shared<Document>(CheckSize(std::move(source), diagnostics));
  document->body = MakeParser(*document, ScanMode::kNormal, diagnostics).ParseBody();
  const BodyNode* body = document->body;
  return std::make_shared<NativeBody>(std::move(document), body);
}

BodyPtr ParseJson(SourcePtr source, Diagnostics& diagnostics) {
  const std::shared_ptr<Document> document = ParseJsonDocument(std::move(source), diagnostics);
  if (document->expr->kind != ExprKind::kJsonObject && document->expr->kind != ExprKind::kTuple) {
    const Span at = document->expr->span;
    diagnostics.Error("Root value must be object", "A JSON file holds one object, or an array of objects.",
                      Range{document->source, at});
    document->expr =
        document->arena.New<JsonObjectExpr>(Expr{ExprKind::kJsonObject, at}, ArenaList<JsonProperty>{}, at, at);
  }
  return std::make_shared<JsonBody>(document, document->expr);
}

BodyPtr ParseFile(SourcePtr source, Diagnostics& diagnostics) {
  const bool json = source->name.ends_with(".json");
  return json ? ParseJson(std::move(source), diagnostics) : ParseNative(std::move(source), diagnostics);
}

Expression ParseExpression(SourcePtr source, Diagnostics& diagnostics) {
  auto document = std::make_shared<Document>(CheckSize(std::move(source), diagnostics));
  document->expr = MakeParser(*document, ScanMode::kNormal, diagnostics).ParseExpressionOnly();
  return Expression(document, document->expr);
}

Expression ParseTemplate(SourcePtr source, Diagnostics& diagnostics) {
  auto document = std::make_shared<Document>(CheckSize(std::move(source), diagnostics));
  document->expr = MakeParser(*document, ScanMode::kTemplate, diagnostics).ParseTemplateOnly();
  return Expression(document, document->expr);
}

Expression ParseJsonExpression(SourcePtr source, Diagnostics& diagnostics) {
  const std::shared_ptr<Document> document = ParseJsonDocument(std::move(source), diagnostics);
  return Expression(document, document->expr);
}

TraversalSteps ParseTraversal(SourcePtr source, Diagnostics& diagnostics) {
  auto document = std::make_shared<Document>(CheckSize(std::move(source), diagnostics));
  TraversalSteps steps;
  for (const Step& step : MakeParser(*document, ScanMode::kNormal, diagnostics).ParseTraversalOnly()) {
    steps.push_back(MakeTraversalStep(document->source, step));
  }
  return steps;
}

}  // namespace waypoint::hcl
