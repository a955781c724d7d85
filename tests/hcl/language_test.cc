// Expressions, templates, bodies and JSON against the reference results.

#include "hcl/answers.h"
#include "hcl/corpus.h"
#include "hcl/corpus_values.h"
#include "hcl/deviations.h"
#include "hcl/functions/functions.h"

namespace waypoint::hcl {
namespace {

using testing::Json;

class Language : public ::testing::Test {
 protected:
  void RunFile(const std::string& file) {
    std::ifstream in(testing::CorpusPath(file));
    ASSERT_TRUE(in.good()) << file;
    std::string line;
    size_t cases = 0;
    while (std::getline(in, line, '\n')) {
      const Json request = testing::ParseExact(line);
      if (testing::IsDeviation(request)) continue;
      ++cases;
      SCOPED_TRACE(request["id"].get<std::string>() + " " + testing::Dump(testing::Bytes(request)));
      Check(request, testing::Answer(request, contexts_));
    }
    EXPECT_GT(cases, 100u);
  }

  void Check(const Json& request, const Json& got) {
    EXPECT_EQ(testing::Dump(got), testing::Dump(testing::Expected(request)));
  }

  testing::Contexts contexts_{std::make_shared<FunctionTable>(StandardFunctions({}))};
};

TEST_F(Language, Expressions) { RunFile("expr.jsonl"); }
TEST_F(Language, Templates) { RunFile("template.jsonl"); }
TEST_F(Language, Bodies) { RunFile("body.jsonl"); }
TEST_F(Language, JsonSyntax) { RunFile("json.jsonl"); }

}  // namespace
}  // namespace waypoint::hcl
