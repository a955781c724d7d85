// Texts made to exhaust stack, memory or time: a clear error or an answer, never a crash.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hcl/format.h"
#include "hcl/functions/functions.h"
#include "hcl/parse.h"
#include "hcl/partial.h"

namespace waypoint::hcl {
namespace {

std::string Repeat(std::string_view text, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += text;
  return out;
}

struct Nesting {
  const char* name;
  const char* before;
  const char* middle;
  const char* after;
};

constexpr Nesting kNestings[] = {
    {"parentheses", "(", "1", ")"},
    {"brackets", "[", "1", "]"},
    {"braces", "{a=", "1", "}"},
    {"signs", "-", "1", ""},
    {"bangs", "!", "true", ""},
    {"quotes", "\"${", "1", "}\""},
    {"calls", "upper(", "\"x\"", ")"},
    {"conditionals", "true ? ", "1", " : 2"},
    {"else branches", "false ? 2 : ", "1", ""},
    {"indexes", "", "l", "[n]"},
    {"splats", "", "l", "[*][n]"},
    {"inner indexes", "l[", "0", "+0]"},
    {"for", "[for x in ", "[1]", ": x]"},
};

std::string Text(const Nesting& nesting, size_t depth) {
  return Repeat(nesting.before, depth) + nesting.middle + Repeat(nesting.after, depth);
}

EvalContext Context() {
  EvalContext context;
  context.variables.emplace();
  context.variables->emplace("l", Value::Tuple({Value::Int(1)}));
  context.variables->emplace("n", Value::Int(0));
  context.functions = std::make_shared<FunctionTable>(StandardFunctions({}));
  return context;
}

TEST(Limits, TenThousandDeepIsOneClearError) {
  for (const Nesting& nesting : kNestings) {
    SCOPED_TRACE(nesting.name);
    Diagnostics diagnostics;
    ParseExpression(MakeSource("deep", Text(nesting, 10'000)), diagnostics);
    ASSERT_EQ(diagnostics.size(), 1u) << diagnostics.ToString();
    EXPECT_EQ(diagnostics[0].summary, "Nesting too deep");
  }
}

TEST(Limits, FourHundredDeepIsFine) {
  const EvalContext context = Context();
  for (const Nesting& nesting : kNestings) {
    SCOPED_TRACE(nesting.name);
    Diagnostics diagnostics;
    const Expression expr = ParseExpression(MakeSource("deep", Text(nesting, 400)), diagnostics);
    EXPECT_FALSE(diagnostics.HasErrors()) << diagnostics.ToString();
    expr.Evaluate(&context, diagnostics);  // some have no value, none may crash
    expr.Variables();
  }
}

TEST(Limits, DeepBlocksDirectivesAndJson) {
  for (const std::string& text : {Repeat("b {\n", 10'000) + Repeat("}\n", 10'000)}) {
    Diagnostics diagnostics;
    ParseNative(MakeSource("deep.hcl", text), diagnostics);
    ASSERT_EQ(diagnostics.size(), 1u);
    EXPECT_EQ(diagnostics[0].summary, "Nesting too deep");
  }
  for (const std::string& text : {Repeat("%{if true}", 10'000) + Repeat("%{endif}", 10'000),
                                  Repeat("%{for x in []}", 10'000) + Repeat("%{endfor}", 10'000)}) {
    Diagnostics diagnostics;
    ParseTemplate(MakeSource("deep.tpl", text), diagnostics);
    EXPECT_TRUE(diagnostics.HasErrors());
    EXPECT_EQ(diagnostics[0].summary, "Nesting too deep");
  }
  for (const std::string& text :
       {Repeat("[", 10'000) + Repeat("]", 10'000), Repeat("{\"a\":", 10'000) + "1" + Repeat("}", 10'000)}) {
    Diagnostics diagnostics;
    ParseJson(MakeSource("deep.json", text), diagnostics);
    EXPECT_TRUE(diagnostics.HasErrors());
    EXPECT_EQ(diagnostics[0].summary, "Nesting too deep");
  }
}

TEST(Limits, LongChainsAreNotDeep) {
  const EvalContext context = Context();
  Diagnostics diagnostics;
  const Expression sum = ParseExpression(MakeSource("long", "0" + Repeat(" + 1", 50'000)), diagnostics);
  EXPECT_EQ(sum.Evaluate(&context, diagnostics).AsNumber().ToString(), "50000");
  EXPECT_TRUE(sum.Variables().empty());
  const Expression open = ParseExpression(MakeSource("long", "0" + Repeat(" + 1", 50'000) + " + x"), diagnostics);
  const PartialResult partial = EvaluatePartially(open, context, diagnostics);
  EXPECT_EQ(std::get<TemplateText>(partial).text, "${50000 + x}");
  EXPECT_FALSE(diagnostics.HasErrors()) << diagnostics.ToString();
}

TEST(Limits, AttributeReadTwiceAmongMany) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "a" + std::to_string(i) + " = 1\n";
  Diagnostics diagnostics;
  ParseNative(MakeSource("many.hcl", text + "a7 = 2\n"), diagnostics);
  ASSERT_EQ(diagnostics.size(), 1u);
  EXPECT_EQ(diagnostics[0].summary, "Attribute redefined");
}

TEST(Limits, LoopsWithoutEnd) {
  const EvalContext context = Context();
  Diagnostics diagnostics;
  const Expression expr = ParseExpression(
      MakeSource("loop", "[for a in range(1024) : [for b in range(1024) : [for c in range(1024) : c]]]"), diagnostics);
  expr.Evaluate(&context, diagnostics);
  ASSERT_EQ(diagnostics.size(), 1u) << diagnostics.ToString();
  EXPECT_EQ(diagnostics[0].summary, "Too many iterations");
}

TEST(Limits, TextWithoutEnd) {
  EvalContext context = Context();
  context.variables->emplace("big", Value::Str(std::string(1 << 20, 'x')));
  Diagnostics diagnostics;
  const Expression expr = ParseExpression(MakeSource("big", "\"" + Repeat("${big}", 65) + "\""), diagnostics);
  expr.Evaluate(&context, diagnostics);
  ASSERT_EQ(diagnostics.size(), 1u) << diagnostics.ToString();
  EXPECT_EQ(diagnostics[0].summary, "Template result too large");
}

// A short text that asks for gigabytes, or for hours.
TEST(Limits, MoreThanMemoryHolds) {
  struct Row {
    const char* text;
    const char* summary;
    const char* detail;
  };
  const Row kRows[] = {
      {"[for a in range(1024) : reverse(many)]", "Expression too large", "256 MiB"},
      {"jsonencode([for a in range(1024) : [for b in range(1024) : big]])", "Error in function call", "64 MiB"},
      {"replace(big, \"x\", big)", "Error in function call", "too long"},
      {"indent(1000000000, \"a\\nb\")", "Error in function call", "too long"},
      {"format(\"%1000000000s\", \"a\")", "Error in function call", "too large"},
      {"setproduct(range(1024), range(1024), range(1024))", "Error in function call", "more than a million"},
      {"\"n: ${1e9999999}\"", "Invalid template interpolation value", "too large"},
      {"regex(\"(((a{100}){100}){100}){100}\", \"a\")", "Invalid function argument", "pattern"},
  };
  EvalContext context = Context();
  context.variables->emplace("big", Value::Str(std::string(1 << 20, 'x')));
  context.variables->emplace("many", Value::List(Type::Number(), Value::Vector(100'000, Value::Int(1))));
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.text);
    Diagnostics diagnostics;
    const Expression expr = ParseExpression(MakeSource("big", row.text), diagnostics);
    expr.Evaluate(&context, diagnostics);
    ASSERT_EQ(diagnostics.size(), 1u) << diagnostics.ToString();
    EXPECT_EQ(diagnostics[0].summary, row.summary);
    EXPECT_THAT(diagnostics[0].detail, ::testing::HasSubstr(row.detail));
  }
}

TEST(Limits, LargeLiteral) {
  const std::string text = "a = \"" + std::string(20'000'000, 'x') + "\"\n# " + std::string(1'000'000, 'y') + "\n";
  Diagnostics diagnostics;
  const BodyPtr body = ParseNative(MakeSource("large.hcl", text), diagnostics);
  EXPECT_FALSE(diagnostics.HasErrors());
  EXPECT_EQ(body->JustAttributes(diagnostics).at("a").expr.Evaluate(nullptr, diagnostics).AsString().size(),
            20'000'000u);
  EXPECT_EQ(Format(text), text);
}

TEST(Limits, NulAndBrokenUtf8) {
  struct Row {
    const char* name;
    std::string text;
    const char* summary;  // nullptr: no error
  };
  const Row kRows[] = {
      {"NUL between tokens", std::string("a = 1 \0\n", 8), "Invalid character"},
      {"NUL in a string", std::string("a = \"x\0y\"\n", 10), nullptr},
      {"NUL in a comment", std::string("# \0\n", 4), nullptr},
      {"broken UTF-8 in a string", "a = \"\xFF\"\n", "Invalid character encoding"},
      {"broken UTF-8 between tokens", "a = \xC3\n", "Invalid character encoding"},
      {"broken UTF-8 in a comment", "# \xFF\xC3\n", nullptr},
      {"a sequence cut by the end", "a = \"\xE2\x82", "Invalid character encoding"},
  };
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.name);
    Diagnostics diagnostics;
    ParseNative(MakeSource("bytes.hcl", row.text), diagnostics);
    if (row.summary == nullptr) {
      EXPECT_FALSE(diagnostics.HasErrors()) << diagnostics.ToString();
    } else {
      ASSERT_TRUE(diagnostics.HasErrors());
      EXPECT_EQ(diagnostics[0].summary, row.summary);
    }
  }
}

}  // namespace
}  // namespace waypoint::hcl
