// Bodies through their public interface: hints, what remains, both syntaxes alike; static views of expressions.
#include "hcl/body.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hcl/parse.h"

namespace waypoint::hcl {
namespace {

using ::testing::HasSubstr;

const BodySchema kSchema{{{"name", true}, {"size", false}}, {{"child", {"kind"}}, {"leaf", {}}}};

std::string DetailOf(const std::string& text) {
  Diagnostics diagnostics;
  const BodyPtr body = ParseNative(MakeSource("a.hcl", text), diagnostics);
  body->Content(kSchema, diagnostics);
  EXPECT_EQ(diagnostics.size(), 1u) << diagnostics.Render();
  return diagnostics[0].summary + ": " + diagnostics[0].detail;
}

TEST(Body, SaysWhatWasProbablyMeant) {
  EXPECT_THAT(DetailOf("name = 1\nsiez = 2\n"), HasSubstr("Did you mean \"size\"?"));
  EXPECT_THAT(DetailOf("name = 1\nleav {}\n"), HasSubstr("Did you mean \"leaf\"?"));
  EXPECT_THAT(DetailOf("name = 1\nleaf = 2\n"), HasSubstr("block of the type \"leaf\""));
  EXPECT_THAT(DetailOf("name = 1\nsize {}\n"), HasSubstr("set the argument \"size\""));
  EXPECT_THAT(DetailOf("name = 1\nother = 2\n"), ::testing::Not(HasSubstr("Did you mean")));
  EXPECT_THAT(DetailOf("size = 1\n"), HasSubstr("Missing required argument"));
}

TEST(Body, RemainHasWhatTheSchemaLeft) {
  for (const char* text :
       {"name = \"x\"\nextra = 1\nleaf {}\nother {}\n", R"({"name": "x", "extra": 1, "leaf": {}, "other": {}})"}) {
    SCOPED_TRACE(text);
    Diagnostics diagnostics;
    const BodyPtr body = ParseFile(MakeSource(text[0] == '{' ? "a.json" : "a.hcl", text), diagnostics);
    BodyPtr remain;
    const BodyContent content = body->PartialContent(kSchema, diagnostics, &remain);
    EXPECT_EQ(content.attributes.size(), 1u);
    EXPECT_EQ(content.BlocksOf("leaf").size(), 1u);
    const BodyContent rest = remain->Content(BodySchema{{{"extra", true}}, {{"other", {}}}}, diagnostics);
    EXPECT_FALSE(diagnostics.HasErrors()) << diagnostics.Render();
    EXPECT_NE(rest.Find("extra"), nullptr);
    EXPECT_EQ(rest.blocks.size(), 1u);
  }
}

TEST(Body, OutlivesItsParser) {
  Expression expr;
  {
    Diagnostics diagnostics;
    const BodyPtr body = ParseNative(MakeSource("a.hcl", "name = [1, \"a${1 + 1}\"]\n"), diagnostics);
    expr = body->JustAttributes(diagnostics).at("name").expr;
  }
  Diagnostics diagnostics;
  EXPECT_EQ(expr.Evaluate(nullptr, diagnostics).Elements()[1].AsString(), "a2");
}

TEST(Expression, StaticViewsAreTheSameInBothSyntaxes) {
  for (const char* text :
       {"type = list(string)\nref = a.b[0]\n", R"json({"type": "list(string)", "ref": "a.b[0]"})json"}) {
    SCOPED_TRACE(text);
    Diagnostics diagnostics;
    const BodyPtr body = ParseFile(MakeSource(text[0] == '{' ? "a.json" : "a.hcl", text), diagnostics);
    const Attributes attributes = body->JustAttributes(diagnostics);
    const auto call = attributes.at("type").expr.AsCall();
    ASSERT_TRUE(call.has_value());
    EXPECT_EQ(call->name, "list");
    EXPECT_EQ(call->arguments.at(0).AsKeyword(), "string");
    const auto reference = attributes.at("ref").expr.AsTraversal();
    ASSERT_TRUE(reference.has_value());
    EXPECT_EQ(ToString(*reference), "a.b[0]");
  }
}

TEST(Expression, MapsAreLiteralOnly) {
  const EvalContext context{nullptr, Variables{{"k", Value::Str("key")}}, nullptr};
  for (const char* text : {"a = {x = 1, \"y\" = 2, (k) = 3}\n", R"({"a": {"x": 1, "y": 2, "${k}": 3}})"}) {
    SCOPED_TRACE(text);
    Diagnostics diagnostics;
    const BodyPtr body = ParseFile(MakeSource(text[0] == '{' ? "a.json" : "a.hcl", text), diagnostics);
    const auto items = body->JustAttributes(diagnostics).at("a").expr.AsMap();
    ASSERT_TRUE(items.has_value());
    std::vector<std::string> keys;
    for (const auto& item : *items) keys.push_back(item.EvaluateKey(&context, diagnostics).AsString());
    EXPECT_THAT(keys, ::testing::ElementsAre("x", "y", "key"));
  }
  Diagnostics diagnostics;
  EXPECT_FALSE(ParseExpression(MakeSource("e", "merge({}, {})"), diagnostics).AsMap().has_value());
  EXPECT_FALSE(ParseJsonExpression(MakeSource("e", "\"{a = 1}\""), diagnostics).AsMap().has_value());
}

}  // namespace
}  // namespace waypoint::hcl
