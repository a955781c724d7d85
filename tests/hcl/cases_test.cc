// Expressions and templates with what they give, a line each, in tests/data/hcl-cases: every function with wrong
// counts, wrong types, null, unknown and edge values; types that meet; the subject and context of each mistake.
//
// A line is "EXPRESSION ==> RESULT", "template TEXT ==> RESULT" or "type TYPE ==> RESULT"; "⏎" stands for a newline,
// "#" begins a comment. Names are those of the context "std" of hcl-corpus/contexts.json. A result is "TYPE = VALUE",
// where "?" is unknown, or the mistakes as "SUMMARY @ SUBJECT in CONTEXT", sorted.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "hcl/corpus.h"
#include "hcl/corpus_values.h"
#include "hcl/functions/functions.h"
#include "hcl/functions/json_text.h"
#include "hcl/parse.h"
#include "hcl/type_expression.h"

namespace waypoint::hcl {
namespace {

std::string Text(const Value& v) {
  if (!v.IsKnown()) return "?";
  if (v.IsNull()) return "null";
  if (v.type().IsString()) return JsonString(v.AsString());
  if (v.type().IsNumber()) return v.AsNumber().ToString();
  if (v.type().IsBool()) return v.AsBool() ? "true" : "false";
  std::vector<std::string> parts;
  if (v.type().IsMap() || v.type().IsObject()) {
    for (const auto& [key, field] : v.AsFields()) parts.push_back(absl::StrCat(key, ": ", Text(field)));
    return absl::StrCat("{", absl::StrJoin(parts, ", "), "}");
  }
  for (const Value& e : v.Elements()) parts.push_back(Text(e));
  return absl::StrCat("[", absl::StrJoin(parts, ", "), "]");
}

std::string Place(const Range& range) {
  const Span& s = range.span;
  const std::string end = s.start.line == s.end.line ? "" : absl::StrCat(s.end.line, ",");
  return absl::StrCat(s.start.line, ",", s.start.column, "-", end, s.end.column);
}

std::string Text(const Diagnostics& mistakes) {
  std::vector<std::string> rows;
  for (const Diagnostic& d : mistakes) {
    EXPECT_FALSE(d.detail.empty()) << d.summary;
    rows.push_back(absl::StrCat(d.summary, d.subject ? " @ " + Place(*d.subject) : "",
                                d.context ? " in " + Place(*d.context) : ""));
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return absl::StrJoin(rows, "; ");
}

std::string TypeAnswer(std::string_view text) {
  Diagnostics mistakes;
  const Expression expr = ParseExpression(MakeSource("input.hcl", std::string(text)), mistakes);
  std::optional<Type> type;
  if (!mistakes.HasErrors()) type = EvaluateTypeExpression(expr, mistakes);
  return type ? type->Text() : Text(mistakes);
}

std::string Answer(std::string_view text, const EvalContext* context) {
  if (text.starts_with("type ")) return TypeAnswer(text.substr(5));
  const bool is_template = text.starts_with("template ");
  if (is_template) text.remove_prefix(9);
  const SourcePtr source = MakeSource("input.hcl", absl::StrReplaceAll(std::string(text), {{"⏎", "\n"}}));
  Diagnostics mistakes;
  const Expression expr = is_template ? ParseTemplate(source, mistakes) : ParseExpression(source, mistakes);
  Value value;
  if (!mistakes.HasErrors()) value = expr.Evaluate(context, mistakes);
  return mistakes.HasErrors() ? Text(mistakes) : absl::StrCat(value.type().Text(), " = ", Text(value));
}

class Cases : public ::testing::TestWithParam<const char*> {};

TEST_P(Cases, GiveWhatTheyShould) {
  static const auto& contexts = *new testing::Contexts{std::make_shared<FunctionTable>(StandardFunctions({}))};
  const EvalContext* context = contexts.Find({{"ctx", "std"}});
  std::ifstream in(std::string(WAYPOINT_TEST_DATA) + "/hcl-cases/" + GetParam());
  ASSERT_TRUE(in.good());
  size_t count = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    const size_t arrow = line.find(" ==> ");
    ASSERT_NE(arrow, std::string::npos) << line;
    const std::string text = line.substr(0, arrow);
    const std::string got = text + " ==> " + Answer(text, context);
    if (got != line) ADD_FAILURE() << "\nwant: " << line << "\ngot:  " << got;
    ++count;
  }
  EXPECT_GT(count, 10u);
}

INSTANTIATE_TEST_SUITE_P(Files, Cases, ::testing::Values("functions.txt", "types.txt", "mistakes.txt"));

}  // namespace
}  // namespace waypoint::hcl
