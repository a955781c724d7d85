#include "hcl/diagnostic.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hcl/parse.h"

namespace waypoint::hcl {
namespace {

Diagnostics ErrorsOf(const std::string& text, const std::string& name = "waypoint.hcl") {
  Diagnostics diagnostics;
  ParseFile(MakeSource(name, text), diagnostics);
  return diagnostics;
}

TEST(Diagnostic, OneLineAsTheOriginalPrintsIt) {
  Diagnostics diagnostics;
  const SourcePtr source = MakeSource("a.hcl", "x = 1\ny = [\n2]\n");
  diagnostics.Error("Bad x", "Why.", Range{source, {{4, 1, 5}, {5, 1, 6}}});
  EXPECT_EQ(diagnostics.ToString(), "a.hcl:1,5-6: Bad x; Why.");
  diagnostics.Error("Bad y", "", Range{source, {{10, 2, 5}, {14, 3, 3}}});
  EXPECT_EQ(ToString(diagnostics[1]), "a.hcl:2,5-3,3: Bad y");
  EXPECT_EQ(diagnostics.ToString(), "a.hcl:1,5-6: Bad x; Why., and 1 other diagnostic(s)");
  EXPECT_EQ(ToString(Diagnostic{Severity::kError, "Whole file", "Reason.", {}, {}}), "Whole file; Reason.");
  EXPECT_EQ(diagnostics.ToStatus().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Diagnostic, WarningsAreNoErrors) {
  Diagnostics diagnostics;
  diagnostics.Warning("Old", "Use new.");
  EXPECT_FALSE(diagnostics.HasErrors());
  EXPECT_TRUE(diagnostics.ToStatus().ok());
  diagnostics.Error("Broken", "");
  EXPECT_EQ(diagnostics.ToString(), "Broken, and 1 other diagnostic(s)");  // the error leads
}

TEST(Diagnostic, ShowsTheLineWithTheSpotUnderlined) {
  EXPECT_EQ(Render(ErrorsOf("project = \"x\"\nname = = 2\n")[0]),
            "Error: Invalid expression\n"
            "\n"
            "  on waypoint.hcl line 2:\n"
            "   2: name = = 2\n"
            "             ^\n"
            "\n"
            "Expected the beginning of an expression here.\n");
}

TEST(Diagnostic, UnderlinesByWhatOneSees) {
  // An e with a combining accent and an emoji of several code points are one column each; a tab stays a tab.
  const std::string shown = Render(ErrorsOf("a = \"e\xCC\x81\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB\" !\n")[0]);
  EXPECT_THAT(shown, ::testing::HasSubstr("\n               ^\n"));
  EXPECT_THAT(Render(ErrorsOf("\ta = !\n")[0]), ::testing::HasSubstr("\n      \t     ^\n"));
}

TEST(Diagnostic, ShowsALongLineAroundTheSpot) {
  const std::string shown = Render(ErrorsOf("a = \"" + std::string(100'000, 'x') + "\" !\n")[0]);
  EXPECT_LT(shown.size(), 1500u);
  EXPECT_THAT(shown, ::testing::HasSubstr("xx\" !"));
}

TEST(Diagnostic, ReportsEveryErrorOfAFile) {
  const Diagnostics diagnostics = ErrorsOf("a = 1\na = 2\nb \"${x}\" {}\nc = 'x'\n");
  std::vector<std::string> summaries;
  for (const Diagnostic& d : diagnostics) summaries.push_back(d.summary);
  EXPECT_THAT(summaries,
              ::testing::IsSupersetOf({"Attribute redefined", "Invalid string literal", "Invalid character"}));
}

TEST(Diagnostic, SaysWhichSyntaxByTheName) {
  EXPECT_EQ(ErrorsOf("{\"a\": 1,}", "waypoint.hcl.json")[0].summary, "Trailing comma in object");
}

}  // namespace
}  // namespace waypoint::hcl
