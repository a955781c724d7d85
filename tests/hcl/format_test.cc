#include "hcl/format.h"

#include "hcl/answers.h"
#include "hcl/corpus.h"
#include "hcl/deviations.h"
#include "hcl/parse.h"

namespace waypoint::hcl {
namespace {

using testing::Json;

TEST(Format, Corpus) {
  testing::ForEachCase("fmt.jsonl", [](const Json& request) {
    if (testing::IsDeviation(request)) return;
    const std::string text = testing::Bytes(request);
    SCOPED_TRACE(request["id"].get<std::string>() + " " + testing::Dump(text));
    const Json& want = request["want"];
    const std::string out = Format(text);
    EXPECT_EQ(testing::Dump(out), testing::Dump(testing::Bytes(want, "out")));
    // A byte order mark is dropped each time.
    if (!out.starts_with("\xEF\xBB\xBF")) {
      EXPECT_EQ(Format(out), out);
    }

    Diagnostics diagnostics;
    const std::string waypoint = FormatFile(MakeSource("input.hcl", text), diagnostics);
    const Json& wanted = want["waypoint"];
    if (wanted == "same") {
      EXPECT_EQ(testing::Dump(testing::EncodeDiagnostics(diagnostics)), "[]");
      EXPECT_EQ(testing::Dump(waypoint), testing::Dump(out));
    } else if (wanted.contains("diags")) {
      EXPECT_EQ(testing::Dump(testing::EncodeDiagnostics(diagnostics)),
                testing::Dump(testing::Expected({{"want", wanted}})["diags"]));
    } else {
      EXPECT_EQ(testing::Dump(waypoint), testing::Dump(testing::Bytes(wanted, "out")));
    }
  });
}

}  // namespace
}  // namespace waypoint::hcl
