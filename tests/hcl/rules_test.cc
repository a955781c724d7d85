// Rules of the language that the reference results do not show, a table each.

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "hcl/functions/functions.h"
#include "hcl/functions/yaml_reader.h"
#include "hcl/parse.h"
#include "hcl/render_value.h"
#include "hcl/type_expression.h"
#include "hcl/unicode.h"

namespace waypoint::hcl {
namespace {

std::string Span6(const Span& s) {
  return absl::StrCat(s.start.line, ",", s.start.column, "-", s.end.line, ",", s.end.column);
}

// The value as text, "?" if unknown, or the summary and place of each mistake.
std::string Result(const std::string& text, bool as_template = false) {
  static const auto* const functions = new FunctionTable(StandardFunctions({}));
  EvalContext context;
  context.variables.emplace();
  context.variables->emplace("unknown", Value::Unknown(Type::List(Type::String())));
  context.variables->emplace("null_list", Value::Null(Type::List(Type::String())));
  context.functions = std::make_shared<FunctionTable>(*functions);
  Diagnostics diagnostics;
  const SourcePtr source = MakeSource("t.hcl", text);
  const Expression expr = as_template ? ParseTemplate(source, diagnostics) : ParseExpression(source, diagnostics);
  Value value;
  if (!diagnostics.HasErrors()) value = expr.Evaluate(&context, diagnostics);
  std::string out;
  for (const Diagnostic& d : diagnostics) {
    absl::StrAppend(&out, out.empty() ? "" : "; ", d.summary, " ", d.subject ? Span6(d.subject->span) : "nowhere");
  }
  if (!out.empty()) return out;
  if (!value.IsWhollyKnown()) return "?";
  return RenderValue(value).value_or("not to be rendered");
}

struct Case {
  std::string text;
  std::string want;
};

TEST(Rules, ConditionsOfForOverUnknown) {
  for (const Case& c : std::vector<Case>{
           {"[for v in unknown : v if 1]", "?"},
           {"[for v in unknown : v if abs(\"x\")]", "?"},
           {"[for v in [1] : v if 1]", "Invalid 'for' condition 1,22-1,23"},
           {"[for v in nosuch : v if 1]", "Unknown variable 1,11-1,17"},
       }) {
    EXPECT_EQ(Result(c.text), c.want) << c.text;
  }
}

TEST(Rules, NullsInCollectionsOfFunctions) {
  for (const Case& c : std::vector<Case>{
           {"flatten([[1, [2]], 3])", "[1, 2, 3]"},
           {"flatten([null_list])", "Error in function call 1,1-1,9"},
           {"flatten([1, [null_list]])", "Error in function call 1,1-1,9"},
           {"flatten([unknown, 1])", "?"},
           {"merge(null)", "{}"},
           {"merge(null, {a = 1})", "{\n  a = 1\n}"},
           {"merge({a = 1}, null)", "{\n  a = 1\n}"},
           {"merge(null, 1)", "Error in function call 1,1-1,7"},
           {"merge(null_list, {a = 1})", "Error in function call 1,1-1,7"},
       }) {
    EXPECT_EQ(Result(c.text), c.want) << c.text;
  }
}

TEST(Rules, RemaindersKeepASignedZero) {
  for (const Case& c :
       std::vector<Case>{{"(-0) % 1.5", "-0"}, {"(-0) % -1.5", "0"}, {"-3 % 2", "-1"}, {"-4 % 2", "0"}}) {
    EXPECT_EQ(Result(c.text), c.want) << c.text;
  }
}

// What the branches of a conditional have in common, where null or nested collections are about.
TEST(Rules, TypesOfConditionals) {
  const std::string none = "Inconsistent conditional result types";
  for (const Case& c : std::vector<Case>{
           {"true ? [null] : [[1]]", "[null]"},
           {"true ? [null, \"a\"] : chunklist([1], 1)", none + " 1,8-1,39"},
           {"true ? [1, \"a\"] : sort([\"b\"])", "[\"1\", \"a\"]"},
           {"true ? {a = null, b = 1} : {a = \"x\"}", "{\n  a = null\n  b = \"1\"\n}"},
           {"true ? {a = null} : {b = {}, c = 1}", none + " 1,8-1,36"},
           {"true ? [[1]] : [null, {a = 1}]", none + " 1,8-1,31"},
           {"false ? {a = [1]} : {a = null}", "{\n  a = null\n}"},
           {"true ? chunklist([1], 1) : [[\"x\", 2]]", "[[\"1\"]]"},
       }) {
    EXPECT_EQ(Result(c.text), c.want) << c.text;
  }
}

TEST(Rules, PlaceOfArgumentsNotWanted) {
  for (const Case& c :
       std::vector<Case>{{"string()", "1,7-1,9"}, {"string\n(any)", "2,1-2,6"}, {"list ()", "1,6-1,8"}}) {
    Diagnostics diagnostics;
    const Expression expr = ParseExpression(MakeSource("t.hcl", c.text), diagnostics);
    EXPECT_FALSE(EvaluateTypeExpression(expr, diagnostics));
    ASSERT_EQ(diagnostics.size(), 1u) << c.text;
    EXPECT_EQ(Span6(diagnostics[0].subject->span), c.want) << c.text;
  }
}

TEST(Rules, LegacyIndexesInARow) {
  EXPECT_EQ(Result("[[1]].0.0"), "Invalid legacy index syntax 1,7-1,10");
  EXPECT_EQ(Result("[[1]].*.0.0"), "Invalid legacy index syntax 1,7-1,8");  // at the star, as 0.11 has it
  EXPECT_EQ(Result("[[1]].*.0"), "[1]");
}

TEST(Rules, DollarAndPercentAtTheEnd) {
  for (const char* end : {"$", "%"}) {
    EXPECT_EQ(Result(absl::StrCat("\"a", end, "\"")), absl::StrCat("\"a", end, "\""));
    EXPECT_EQ(Result(absl::StrCat("\"a", end)), "Invalid character 1,3-1,4; Unterminated template string 1,3-1,4");
    EXPECT_EQ(Result(absl::StrCat("a", end), true), absl::StrCat("\"a", end, "\""));
  }
}

// A lone carriage return ends what 0.11 understands of a heredoc, and of a template all but its escapes.
TEST(Rules, LoneCarriageReturns) {
  EXPECT_EQ(Result("<<A\nx\ry\nA\n"), "Invalid character 2,2-4,1; Unterminated template string 2,2-4,1");
  EXPECT_EQ(Result("a\r${1}$${2}%%{3}", true), "\"a\\r$${1}$${2}%%{3}\"");
  EXPECT_EQ(Result("${1 ~} \r ${2}", true), "\"1\\r $${2}\"");
}

TEST(Rules, JoinedPictures) {
  const std::string man = "\U0001F468", girl = "\U0001F467", joiner = "\u200D", accent = "\u0301";
  for (const std::string& between : {joiner, joiner + joiner, accent + joiner, joiner + accent + joiner}) {
    EXPECT_EQ(CountClusters(man + between + girl), 1u);
    EXPECT_EQ(CountClusters("x" + between + girl), 2u);
  }
  EXPECT_EQ(CountClusters(man + joiner + accent + girl), 2u);
  EXPECT_EQ(CountClusters(man + girl), 2u);
}

TEST(Rules, YamlScalarsAndTags) {
  for (const Case& c : std::vector<Case>{
           {"", "error"},
           {"# nothing", "error"},
           {"---", "null"},
           {"!!binary aGk=", "\"aGk=\""},
           {"!!binary aGk", "error"},
           {"!!null x", "null"},
           {"!!null \"\"", "\"\""},
           {"!!int 7", "7"},
           {"!!int \"7\"", "\"7\""},
           {"!!int \"x\"", "error"},
           {"!!bool x", "error"},
           {"!!int", "null"},
           {"! 1", "error"},
           {"!own 1", "error"},
           {"!!timestamp x", "error"},
           {"1_000", "1000"},
           {"1_0.5", "\"1_0.5\""},
           {".nan", "error"},
           {".Nan", "\".Nan\""},
           {"-.inf", "-Inf"},
           {"2020-1-2", "\"2020-01-02T00:00:00Z\""},
           {"2020-1-2 3:4:5.6", "\"2020-01-02T03:04:05Z\""},
           {"2020-01-02 03:04:05Z", "\"2020-01-02 03:04:05Z\""},
           {"2020-01-02t03:04:05+01:00", "\"2020-01-02T03:04:05+01:00\""},
           {"2020-01-02T03:04:05", "\"2020-01-02T03:04:05\""},
           {"2020-13-02", "\"2020-13-02\""},
           {"%YAML 1.1\n---\n1", "1"},
           {"%YAML 1.2\n---\n1", "error"},
           {"a\n---\nb", "error"},
           {"{a: 1, <<: {a: 2}}", "{\n  a = 2\n}"},
           {"{<<: {a: 2}, a: 1}", "{\n  a = 1\n}"},
           {"{<<: [{a: 2}]}", "error"},
       }) {
    const absl::StatusOr<Value> value = ParseYaml(c.text);
    EXPECT_EQ(value.ok() ? RenderValue(*value).value_or("not to be rendered") : "error", c.want) << c.text;
  }
}

}  // namespace
}  // namespace waypoint::hcl
