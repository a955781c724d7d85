// Functions, type expressions, conversions and rendered values against the reference results.

#include "hcl/answers.h"
#include "hcl/convert.h"
#include "hcl/corpus.h"
#include "hcl/corpus_values.h"
#include "hcl/functions/dynamic.h"
#include "hcl/functions/functions.h"
#include "hcl/functions/git.h"
#include "hcl/functions/templates.h"
#include "hcl/parse.h"
#include "hcl/render_value.h"
#include "hcl/type_expression.h"
#include "hcl/value_deviations.h"

namespace waypoint::hcl {
namespace {

using testing::Json;

Json Error() { return {{"error", true}}; }

Json Typed(const Value& value) {
  return {{"value", testing::EncodeValue(value)}, {"type", testing::EncodeType(value.type())}};
}

// The type expression of a request; an answer in `failed` if it is none.
std::optional<Type> ReadType(const std::string& text, Json& failed) {
  Diagnostics diagnostics;
  Expression expr = ParseExpression(MakeSource("input.hcl", text), diagnostics);
  const char* stage = diagnostics.HasErrors() ? "parse" : "type";
  std::optional<Type> type;
  if (!diagnostics.HasErrors()) type = EvaluateTypeExpression(expr, diagnostics);
  if (!type) failed = {{"stage", stage}, {"diags", testing::EncodeDiagnostics(diagnostics)}};
  return type;
}

Json AnswerType(const Json& request) {
  Json failed;
  std::optional<Type> type = ReadType(testing::Bytes(request), failed);
  if (!type) return failed;
  return {{"type", testing::EncodeType(*type)}, {"text", type->Text()}, {"friendly", type->FriendlyName()}};
}

// render and convert: the value of `src`, converted to `to` if given.
Json AnswerValue(const Json& request, const testing::Contexts& contexts) {
  Diagnostics diagnostics;
  Expression expr = ParseExpression(MakeSource("input.hcl", testing::Bytes(request)), diagnostics);
  const char* stage = diagnostics.HasErrors() ? "parse" : "eval";
  Value value;
  if (!diagnostics.HasErrors()) value = expr.Evaluate(contexts.Find(request), diagnostics);
  if (diagnostics.HasErrors()) return {{"stage", stage}, {"diags", testing::EncodeDiagnostics(diagnostics)}};
  if (request.contains("to")) {
    Json failed;
    std::optional<Type> type = ReadType(request["to"], failed);
    if (!type) return failed;
    absl::StatusOr<Value> converted = ConvertTo(value, *type);
    if (!converted.ok()) return Error();
    value = *converted;
  }
  if (request["kind"] == "convert") return Typed(value);
  absl::StatusOr<std::string> text = RenderValue(value);
  if (!text.ok()) return Error();
  return {{"out", *text}};
}

Json EncodeParameter(const Parameter& p) {
  Json out{{"name", p.name}, {"type", testing::EncodeType(p.type)}};
  if (p.allow_null) out["null"] = true;
  if (p.allow_unknown) out["unknown"] = true;
  if (p.allow_dynamic) out["dynamic"] = true;
  return out;
}

class Values : public ::testing::Test {
 protected:
  Json Answer(const Json& request) {
    const std::string kind = request["kind"];
    if (kind == "typeexpr") return AnswerType(request);
    if (kind == "convert" || kind == "render") return AnswerValue(request, contexts_);
    if (kind == "signature") return AnswerSignature(request);
    return testing::Answer(request, contexts_);
  }

  Json AnswerSignature(const Json& request) {
    const std::string name = request["src"];
    for (const FunctionTable& table : {functions_, TemplateFunctions(nullptr), DynamicFunctions()}) {
      auto it = table.find(name);
      if (it == table.end()) continue;
      Json out{{"params", Json::array()}};
      for (const Parameter& p : it->second->params()) out["params"].push_back(EncodeParameter(p));
      if (it->second->variadic()) out["variadic"] = EncodeParameter(*it->second->variadic());
      return out;
    }
    return Error();
  }

  void RunFile(const std::string& file) {
    std::ifstream in(testing::CorpusPath(file));
    ASSERT_TRUE(in.good()) << file;
    std::string line;
    size_t cases = 0;
    while (std::getline(in, line, '\n')) {
      const Json request = testing::ParseExact(line);
      if (testing::IsValueDeviation(request)) continue;
      ++cases;
      SCOPED_TRACE(request["id"].get<std::string>() + " " + testing::Dump(testing::Bytes(request)));
      EXPECT_EQ(testing::Dump(Answer(request)), testing::Dump(testing::Expected(request)));
    }
    EXPECT_GT(cases, 100u);
  }

  static FunctionTable Functions() {
    FunctionTable table = StandardFunctions({});
    table.merge(GitFunctions("/", nullptr));
    return table;
  }

  const FunctionTable functions_ = Functions();
  testing::Contexts contexts_{std::make_shared<FunctionTable>(functions_)};
};

TEST_F(Values, Functions) { RunFile("functions.jsonl"); }
TEST_F(Values, Types) { RunFile("types.jsonl"); }

}  // namespace
}  // namespace waypoint::hcl
