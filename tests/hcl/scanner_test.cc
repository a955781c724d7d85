#include "hcl/scanner.h"

#include "hcl/corpus.h"
#include "hcl/deviations.h"

namespace waypoint::hcl {
namespace {

using testing::Json;

TEST(Scanner, Corpus) {
  testing::ForEachCase("tokens.jsonl", [](const Json& request) {
    if (testing::IsDeviation(request)) return;
    SCOPED_TRACE(request["id"].get<std::string>());
    const std::string text = testing::Bytes(request);
    const Tokens tokens = Scan(text, request["mode"] == "template" ? ScanMode::kTemplate : ScanMode::kNormal);
    Json got = Json::array();
    const Json& want = request["want"]["tokens"];
    for (const Token& token : tokens) {
      Json row = {std::string(TokenTypeName(token.type))};
      const size_t i = got.size();
      const bool binary = i < want.size() && want[i][1].is_null();
      row.push_back(binary ? Json() : Json(std::string(token.text(text))));
      for (const auto& n : testing::ToJson(token.span)) row.push_back(n);
      got.push_back(row);
    }
    EXPECT_EQ(testing::Dump(got), testing::Dump(want)) << testing::Dump(text);
  });
}

}  // namespace
}  // namespace waypoint::hcl
