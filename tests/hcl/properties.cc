#include "hcl/properties.h"

#include <cstdio>
#include <cstdlib>

#include "hcl/dump.h"
#include "hcl/format.h"
#include "hcl/functions/functions.h"
#include "hcl/native_body.h"
#include "hcl/parse.h"
#include "hcl/scanner.h"
#include "hcl/text.h"
#include "hcl/token_writer.h"
#include "hcl/unicode.h"

namespace waypoint::hcl::testing {
namespace {

const EvalContext& Context() {
  static const auto& context = *[] {
    auto* made = new EvalContext();
    made->variables.emplace();
    made->variables->emplace("n", Value::Int(3));
    made->variables->emplace("l", Value::Tuple({Value::Str("a"), Value::Int(1), Value::Null()}));
    made->functions = std::make_shared<FunctionTable>(StandardFunctions({}));
    return made;
  }();
  return context;
}

std::string CheckPlaces(const Diagnostics& diagnostics, size_t size) {
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.summary.empty()) return "an empty summary";
    if (!diagnostic.subject) continue;
    const Span& span = diagnostic.subject->span;
    if (span.end.byte < span.start.byte || span.start.byte > size + 1) {
      return Cat(diagnostic.summary, " lies outside of the text");
    }
  }
  diagnostics.Render();
  diagnostics.ToString();
  return "";
}

std::string CheckExpression(const Expression& expr, size_t size) {
  Diagnostics diagnostics;
  expr.Variables();
  expr.Evaluate(&Context(), diagnostics);
  return CheckPlaces(diagnostics, size);
}

std::string CheckBody(const Body& body, size_t size, int depth) {
  Diagnostics ignored;
  for (const auto& [name, attribute] : body.JustAttributes(ignored)) {
    if (std::string problem = CheckExpression(attribute.expr, size); !problem.empty()) return problem;
  }
  BodySchema schema{{{"a", true}}, {{"b", {}}, {"app", {"name"}}, {"config", {}}}};
  BodyPtr rest;
  const BodyContent content = body.PartialContent(schema, ignored, &rest);
  rest->Content(schema, ignored);
  for (const Block& block : content.blocks) {
    if (depth == 0) break;
    if (std::string problem = CheckBody(*block.body, size, depth - 1); !problem.empty()) return problem;
  }
  return CheckPlaces(ignored, size);
}

}  // namespace

std::string CheckScanner(std::string_view text) {
  for (const ScanMode mode : {ScanMode::kNormal, ScanMode::kTemplate}) {
    const Tokens tokens = Scan(text, mode);
    if (tokens.empty() || tokens.back().type != TokenType::kEOF) return "no end token";
    Pos at;
    for (const Token& token : tokens) {
      const bool order = token.span.start.byte >= at.byte && token.span.end.byte >= token.span.start.byte;
      if (!order) return Cat("tokens overlap at byte ", token.span.start.byte);
      for (uint32_t i = at.byte; i < token.span.start.byte; ++i) {
        const bool mark = i < 3 && text.starts_with("\xEF\xBB\xBF");
        if (text[i] != ' ' && text[i] != '\t' && !mark) return Cat("byte ", i, " is in no token");
      }
      if (token.span.start.line < at.line) return "lines go back";
      at = token.span.end;
    }
    if (at.byte != text.size()) return "the last token does not end the text";
  }
  return "";
}

std::string CheckParser(std::string_view text) {
  Diagnostics diagnostics;
  const SourcePtr source = MakeSource("fuzz.hcl", std::string(text));
  const BodyPtr body = ParseNative(source, diagnostics);
  if (std::string problem = CheckPlaces(diagnostics, text.size()); !problem.empty()) return problem;
  if (std::string problem = CheckBody(*body, text.size(), 20); !problem.empty()) return problem;
  Diagnostics of_expression;
  const Expression expr = ParseExpression(source, of_expression);
  if (std::string problem = CheckPlaces(of_expression, text.size()); !problem.empty()) return problem;
  Diagnostics of_traversal;
  ParseTraversal(source, of_traversal);
  return CheckExpression(expr, text.size());
}

std::string CheckTemplate(std::string_view text) {
  Diagnostics diagnostics;
  const Expression expr = ParseTemplate(MakeSource("fuzz.tpl", std::string(text)), diagnostics);
  if (std::string problem = CheckPlaces(diagnostics, text.size()); !problem.empty()) return problem;
  return CheckExpression(expr, text.size());
}

std::string CheckJson(std::string_view text) {
  Diagnostics diagnostics;
  const BodyPtr body = ParseJson(MakeSource("fuzz.json", std::string(text)), diagnostics);
  if (std::string problem = CheckPlaces(diagnostics, text.size()); !problem.empty()) return problem;
  // Places inside a string count on what it decodes to: a bad byte becomes three.
  return CheckBody(*body, 3 * text.size() + 1, 20);
}

std::string CheckFormat(std::string_view text) {
  const std::string once = Format(text);
  if (once.starts_with("\xEF\xBB\xBF")) return "";  // each pass drops one byte order mark
  // Blanks between bytes that are no characters may come and go; `waypoint fmt` refuses such a file.
  if (IsValidUtf8(text) && Format(once) != once) return Cat("formatting again changes it: ", once);
  Diagnostics before, after;
  const BodyPtr body = ParseNative(MakeSource("before.hcl", std::string(text)), before);
  if (before.HasErrors()) return "";
  const BodyPtr formatted = ParseNative(MakeSource("after.hcl", once), after);
  if (after.HasErrors()) return Cat("the formatted text has errors: ", after.ToString());
  if (Dump(*NativeNode(*body)) != Dump(*NativeNode(*formatted))) return Cat("formatting changed the meaning: ", once);
  Diagnostics ignored;
  const std::string file = FormatFile(MakeSource("file.hcl", std::string(text)), ignored);
  Diagnostics of_file;
  ParseNative(MakeSource("file.hcl", file), of_file);
  return of_file.HasErrors() ? Cat("the formatted file has errors: ", of_file.ToString(), "\n", file) : "";
}

std::string CheckAll(std::string_view text) {
  for (const auto check : {CheckScanner, CheckParser, CheckTemplate, CheckJson, CheckFormat}) {
    if (std::string problem = check(text); !problem.empty()) return problem;
  }
  return "";
}

Property* PropertyNamed(std::string_view name) {
  if (name == "scanner") return CheckScanner;
  if (name == "parser") return CheckParser;
  if (name == "template") return CheckTemplate;
  if (name == "json") return CheckJson;
  if (name == "format") return CheckFormat;
  return CheckAll;
}

}  // namespace waypoint::hcl::testing

// The entry of libFuzzer; scripts/fuzz names the property.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  using namespace waypoint::hcl::testing;
  static const auto check = [] {
    const char* name = std::getenv("WAYPOINT_FUZZ_PROPERTY");
    return PropertyNamed(name == nullptr ? "all" : name);
  }();
  const std::string problem = check(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!problem.empty()) {
    std::fprintf(stderr, "%s\n", problem.c_str());
    std::abort();
  }
  return 0;
}
