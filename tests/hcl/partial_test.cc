#include "hcl/partial.h"

#include "hcl/answers.h"
#include "hcl/corpus.h"
#include "hcl/corpus_values.h"
#include "hcl/deviations.h"
#include "hcl/functions/functions.h"
#include "hcl/parse.h"

namespace waypoint::hcl {
namespace {

using testing::Json;

class Partial : public ::testing::Test {
 protected:
  // The corpus' context "config", in which only config.env.KNOWN and DOLLAR are known yet ...
  Partial() : functions_(std::make_shared<FunctionTable>(StandardFunctions({}))), contexts_(functions_) {
    now_ = contexts_.Find({{"ctx", "config"}});
    // ... and one where everything is.
    later_.parent = now_;
    later_.variables.emplace();
    const auto text = [](const char* value) { return Value::Str(value); };
    later_.variables->emplace("config",
                              Value::Object({{"env", Value::Object({{"KNOWN", text("value")},
                                                                    {"DOLLAR", text("${x}")},
                                                                    {"UNKNOWN", text("7")},
                                                                    {"LIST", Value::Tuple({text("u"), text("w")})},
                                                                    {"Z", text("zett")}})},
                                             {"internal", Value::Object({{"X", text("ix")}})},
                                             {"x", Value::Tuple({Value::Object({{"y", text("why")}})})}}));
  }

  // The text completed later gives what the whole would give later.
  void ExpectSameLater(const Expression& expr, const std::string& text) {
    Diagnostics of_whole, of_text;
    const Value whole = expr.Evaluate(&later_, of_whole);
    if (of_whole.HasErrors()) return;
    const Expression completed = ParseTemplate(MakeSource("partial", text), of_text);
    ASSERT_FALSE(of_text.HasErrors()) << text << "\n" << of_text.Render();
    const Value value = completed.Evaluate(&later_, of_text);
    EXPECT_FALSE(of_text.HasErrors()) << text << "\n" << of_text.Render();
    EXPECT_EQ(testing::Dump(testing::EncodeValue(value)), testing::Dump(testing::EncodeValue(whole))) << text;
  }

  std::shared_ptr<const FunctionTable> functions_;
  testing::Contexts contexts_;
  const EvalContext* now_;
  EvalContext later_;
};

TEST_F(Partial, Corpus) {
  std::ifstream in(testing::CorpusPath("partial.jsonl"));
  std::string line;
  while (std::getline(in, line)) {
    const Json request = testing::ParseExact(line);
    SCOPED_TRACE(request["id"].get<std::string>() + " " + request["src"].get<std::string>());
    Diagnostics diagnostics;
    const Expression expr = ParseExpression(MakeSource("input", testing::Bytes(request)), diagnostics);
    const PartialResult result = EvaluatePartially(expr, *now_, diagnostics);
    const auto* text = std::get_if<TemplateText>(&result);
    if (text != nullptr && !diagnostics.HasErrors()) ExpectSameLater(expr, text->text);
    if (request.contains("quirk")) {  // 0.11's text is broken: the property above is what counts
      EXPECT_FALSE(diagnostics.HasErrors()) << diagnostics.Render();
      EXPECT_NE(text, nullptr);
      continue;
    }
    const Json want = testing::Expected(request);
    Json got;
    if (diagnostics.HasErrors()) {
      got["diags"] = testing::EncodeDiagnostics(diagnostics);
    } else if (text != nullptr) {
      got["out"] = text->text;
    } else {
      got["value"] = testing::EncodeValue(std::get<Value>(result));
      got["type"] = testing::EncodeType(std::get<Value>(result).type());
    }
    EXPECT_EQ(testing::Dump(got), testing::Dump(want));
  }
}

struct Row {
  const char* source;
  const char* want;
};

TEST_F(Partial, RequiredForms) {
  constexpr Row kRows[] = {
      {R"("${config.env.UNKNOWN}")", "${config.env.UNKNOWN}"},
      {R"(config.env.UNKNOWN)", "${config.env.UNKNOWN}"},
      {R"("a ${config.env.DOLLAR} ${config.env.UNKNOWN} b")", "a $${x} ${config.env.UNKNOWN} b"},
      {R"("a $${x} ${config.env.UNKNOWN}")", "a $${x} ${config.env.UNKNOWN}"},
      {R"(config.env.UNKNOWN == "x" ? "y" : "z")", R"(${config.env.UNKNOWN == "x" ? "y" : "z"})"},
      {R"(config.env["UNKNOWN"])", R"(${config.env["UNKNOWN"]})"},
      {R"(-config.env.UNKNOWN)", "${-config.env.UNKNOWN}"},
      {R"("${config.env.UNKNOWN + 1}" * 2)", "${(config.env.UNKNOWN + 1) * 2}"},
      {R"(config.x[*].y)", "${config.x[*].y}"},
      {R"(config.x.*.y)", "${config.x.*.y}"},
      {R"(jsonencode({a = config.env.UNKNOWN, b = var.port}))",
       R"(${jsonencode({"a" = config.env.UNKNOWN, "b" = 80})})"},
      {R"("%{for x in config.env.LIST}${x}$%{endfor}")", R"(%{for x in config.env.LIST}${x}${"$"}%{endfor})"},
      {R"("%{if var.on}${config.env.UNKNOWN}%{endif}")", R"(${"${config.env.UNKNOWN}"})"},
      {R"(var.port + 1 + 2 + config.env.UNKNOWN + 3)", "${83 + config.env.UNKNOWN + 3}"},
  };
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.source);
    Diagnostics diagnostics;
    const Expression expr = ParseExpression(MakeSource("input", row.source), diagnostics);
    const PartialResult result = EvaluatePartially(expr, *now_, diagnostics);
    ASSERT_FALSE(diagnostics.HasErrors()) << diagnostics.Render();
    ASSERT_TRUE(std::holds_alternative<TemplateText>(result));
    EXPECT_EQ(std::get<TemplateText>(result).text, row.want);
    ExpectSameLater(expr, row.want);
  }
}

TEST_F(Partial, WhatIsKnownMustEvaluate) {
  for (const char* source : {R"("${1 + "x"} ${config.env.UNKNOWN}")", R"("${upper(null)} ${config.env.UNKNOWN}")",
                             R"("${null} ${config.env.UNKNOWN}")", R"("${[1]} ${config.env.UNKNOWN}")"}) {
    SCOPED_TRACE(source);
    Diagnostics diagnostics;
    EvaluatePartially(ParseExpression(MakeSource("input", source), diagnostics), *now_, diagnostics);
    EXPECT_EQ(diagnostics.size(), 1u) << diagnostics.Render();
  }
}

}  // namespace
}  // namespace waypoint::hcl
